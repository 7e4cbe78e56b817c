"""Tests mirror the packages they test; whole stories are in flows/."""
