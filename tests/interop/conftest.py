"""What these tests share: a running server and the programs that call it."""

from tests.real import chromium, node, people, person, receiver, running

__all__ = ["chromium", "node", "people", "person", "receiver", "running"]
