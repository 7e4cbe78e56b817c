"""What these tests share: a running server and the programs that call it."""

from tests.real import chromium, people, person, receiver, running

__all__ = ["chromium", "people", "person", "receiver", "running"]
