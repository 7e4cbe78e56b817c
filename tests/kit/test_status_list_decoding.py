"""Reading the bits of a token status list, and not reading what is none.

draft-ietf-oauth-status-list-21 sections 4.1 and 4.2, appendix C.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postern_verifier.encoding import base64url
from postern_verifier.errors import NotActive
from postern_verifier.status_lists import StatusList, unpack
from tests import vectors
from tests.kit.issuer import NOW

VECTORS = vectors.load("status_list")


@pytest.mark.parametrize("vector", VECTORS["small"], ids=lambda vector: f"{vector['bits']} bits")
def test_the_examples_of_the_draft_are_read(vector: dict[str, Any]) -> None:
    """Sections 4.1 and 4.2: every status of them."""
    bits, data = unpack(vector, 100)
    assert data.hex() == vector["bytes"]
    found = StatusList(bits, data, {}, NOW, NOW, NOW)
    statuses = vector["statuses"]
    assert [found.status(index) for index in range(len(statuses))] == statuses


@pytest.mark.parametrize("vector", VECTORS["large"], ids=lambda vector: f"{vector['bits']} bits")
def test_the_vectors_of_the_draft_are_read(vector: dict[str, Any]) -> None:
    """Appendix C: what it names is as it says, and everything else is 0."""
    bits, data = unpack(vector, 2**20)
    found = StatusList(bits, data, {}, NOW, NOW, NOW)
    assert [[index, found.status(index)] for index, _ in vector["set"]] == vector["set"]
    assert len(data) * 8 // bits == vector["size"]
    assert sum(byte.bit_count() for byte in data) == sum(
        status.bit_count() for _, status in vector["set"]
    )


@given(st.sampled_from([1, 2, 4, 8]), st.data())
def test_every_status_is_read_at_its_index(bits: int, data: st.DataObject) -> None:
    """Against a number written in base 2, from the other end."""
    statuses = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=8 // bits, max_size=64))
    statuses = statuses[: len(statuses) // (8 // bits) * (8 // bits)]
    digits = "".join(f"{status:0{bits}b}" for status in reversed(statuses))
    whole = int(digits, 2).to_bytes(len(digits) // 8, "little")
    found = StatusList(bits, whole, {}, NOW, NOW, NOW)
    assert [found.status(index) for index in range(len(statuses))] == statuses


def bomb(size: int) -> str:
    """Many zeros in few characters."""
    return base64url(zlib.compress(bytes(size), 9))


BROKEN: list[object] = [
    None,
    "eNrbuRgAAhcBXQ",
    {},
    {"bits": 1},
    {"lst": "eNrbuRgAAhcBXQ"},
    *({"bits": bits, "lst": "eNrbuRgAAhcBXQ"} for bits in (0, 3, 16, -1, "1", 1.5, True, None)),
    {"bits": 1, "lst": "eNrbuRgAAhcBXQ=="},
    {"bits": 1, "lst": "eNrbuRgAAhcBXR"},
    {"bits": 1, "lst": ""},
    {"bits": 1, "lst": base64url(b"\xb9\xa3")},
    {"bits": 1, "lst": base64url(zlib.compress(b"\xb9\xa3")[:-1])},
    {"bits": 1, "lst": base64url(zlib.compress(b"\xb9\xa3")[:-4] + b"abcd")},
    {"bits": 1, "lst": base64url(zlib.compress(b"\xb9\xa3") + b"more")},
    {"bits": 1, "lst": base64.b64encode(zlib.compress(bytes(range(256)))).decode()},
    {"bits": 1, "lst": bomb(1025)},
    {"bits": 1, "lst": bomb(50_000_000)},
]


@pytest.mark.parametrize("status_list", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_list_is_not_read(status_list: object) -> None:
    """Nor one that would become larger than it may, however small it came."""
    with pytest.raises(ValueError, match=r"."):
        unpack(status_list, 1024)


def test_outside_of_a_list_is_told_apart() -> None:
    """By the error itself."""
    with pytest.raises(NotActive, match="no such index"):
        StatusList(1, b"\0", {}, NOW, NOW, NOW).status(8)
