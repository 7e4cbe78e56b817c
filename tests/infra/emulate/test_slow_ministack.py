"""The emulator's process: on the loopback address, and gone afterwards."""

import socket
from urllib.parse import urlsplit

import pytest

from infra.emulate.ministack import Ministack

pytestmark = pytest.mark.emulator


def _port(ministack: Ministack) -> int:
    port = urlsplit(ministack.url).port
    assert port is not None
    return port


def test_it_listens_on_the_loopback_address_only() -> None:
    """Another address of this machine, here 127.0.0.2, finds no one."""
    with Ministack() as ministack, pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", _port(ministack)), timeout=5)


def test_it_ends_also_when_the_story_fails() -> None:
    """Process and files are gone after an exception."""
    ministack = Ministack()
    with pytest.raises(RuntimeError, match="story"), ministack:
        raise RuntimeError("the story failed")
    assert not ministack.log.exists()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", _port(ministack)), timeout=5)
