"""What a document comes with, and what is known of a host that gives none."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.fetching import NotFetched
from tests.chalicelib.aws.raw_server import RawServer, answer, answers, serving
from tests.document_host import URL, certificate, fetcher

JSON = "Content-Type: application/json"


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the host."""
    return certificate(tmp_path_factory.mktemp("tls"))


def test_a_document_comes_with_its_headers(trusted: Path) -> None:
    """Their names in lower case; a type that ends as it should will do."""
    talk = answers(answer(b"{}", "Content-Type: application/x+json", "Cache-Control: no-store"))
    with RawServer([talk], serving(trusted)) as server:
        at = fetcher(trusted, [server.port])
        headers, text = at.document(URL, "application/json", suffix="+json")
    assert (headers["cache-control"], text) == ("no-store", "{}")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(b"{}", JSON, status="404 Not Found"), 404),
        (answer(b"{}", JSON, status="503 Busy"), 503),
        (answer(b"{}", "Content-Type: text/html"), 200),
        (answer(b"{}", "Content-Type: application/xjson"), 200),
        (answer(b"\xff", JSON), 200),
        (answer(b'"12345678"', JSON), None),
        (b"", None),
    ],
)
def test_what_a_host_has_said_is_told_from_its_silence(
    trusted: Path, said: bytes, status: int | None
) -> None:
    """A whole answer has a status; one that is too long, or that breaks off, has none."""
    with RawServer([answers(said)], serving(trusted)) as server:
        at = fetcher(trusted, [server.port])
        with pytest.raises(NotFetched) as problem:
            at.document(URL, "application/json", suffix="+json", most_bytes=9)
    assert problem.value.status == status
