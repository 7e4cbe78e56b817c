"""JSON in and out: what is malformed, and what a name may do to a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.infra.commands.conftest import CommandLine, Operator

BAD: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "is not JSON"),
    ("no JSON", b"client_name=Shop", "is not JSON"),
    ("a list", b"[{}]", "does not hold a JSON object"),
    ("a text", b'"x"', "does not hold a JSON object"),
    ("null", b"null", "does not hold a JSON object"),
    ("two objects", b"{}{}", "is not JSON"),
    ("a member twice", b'{"scope": "a", "scope": "b"}', '"scope" stands twice'),
    ("a member twice inside", b'{"a": {"b": 1, "b": 1}}', '"b" stands twice'),
    ("NaN", b'{"a": NaN}', "NaN is no JSON number"),
    ("infinity", b'{"a": -Infinity}', "-Infinity is no JSON number"),
    ("half a character", b'{"a": "\\ud800"}', "is not JSON"),
    ("Latin-1", b'{"a": "\xe9"}', "is not JSON"),
    ("deep", b'{"a":' * 100_000, "is nested too deeply"),
    ("a very long number", b'{"a": ' + b"9" * 5000 + b"}", "is not JSON"),
]


@pytest.mark.parametrize(("text", "reason"), [pytest.param(*b, id=a) for a, *b in BAD])
@pytest.mark.parametrize(
    "command",
    [
        ("client", "create"),
        ("client", "update", "demoweb"),
        ("resource", "create"),
        ("user", "create"),
        ("user", "update", "demo@example.com"),
    ],
    ids=" ".join,
)
def test_malformed_json_is_misuse(
    unused: CommandLine, command: tuple[str, ...], text: bytes, reason: str
) -> None:
    """Exit status 2 and the reason, before anything is asked of AWS."""
    result = unused.run(*command, "--file", "-", text=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert "Traceback" not in result.stderr


def test_file_that_is_not_there_is_misuse(unused: CommandLine) -> None:
    """Exit status 2, with its name."""
    result = unused.run("client", "create", "--file", "/no/such/file.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "/no/such/file.json" in result.stderr


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_file_is_read(operator: Operator, tmp_path: Path, start: bytes) -> None:
    """UTF-8, with or without the mark that some editors put first."""
    path = tmp_path / "api.json"
    document = {"resource": "urn:api", "name": "Über", "scopes": {"a": "b"}}
    path.write_bytes(start + json.dumps(document, ensure_ascii=False).encode())
    assert operator.get("resource", "create", "--file", str(path))["name"] == "Über"


def test_output_is_plain_ascii(operator: Operator) -> None:
    """No name can turn the text around or move the cursor, and any terminal can show it."""
    name = "Bank‮​ ﷽"
    document = {"username": "ann", "password": "correct horse", "claims": {"urn:n": name}}
    operator.get("user", "create", "--file", "-", document=document)
    result = operator.run("user", "get", "ann")
    assert result.stdout.isascii()
    assert json.loads(result.stdout)["claims"]["urn:n"] == name
