"""Code to copy: it is right for the application it stands beside. Some of it is run."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from chalicelib.applications import snippets
from chalicelib.records.client import Client
from chalicelib.records.resource import Resource
from chalicelib.values import replace
from tests.needed import program

HOSTILE = "'\"; print('x'); $(id) `id` \\ </script>"
API_URI = "https://api.example.com"
RESOURCE = Resource(resource=API_URI, name="API", scopes={"read": "Read"})
METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")


def client(method: str, application_type: str = "web", grant: str = "authorization_code") -> Client:
    """A client of one kind, whose name and address want to be code."""
    return Client(
        client_id="abc",
        created_at=0,
        client_name=HOSTILE,
        allowed_resources=(API_URI, "urn:x"),
        redirect_uris=(f"https://app.example.com/{HOSTILE.replace(' ', '')}",),
        grant_types=(grant,),
        token_endpoint_auth_method=method,
        application_type=application_type,
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("application_type", ["web", "native"])
def test_python_can_be_read_and_holds_no_foreign_code(method: str, application_type: str) -> None:
    """Whatever a name or an address says, it is a text in the program."""
    pieces = snippets.of(client(method, application_type), RESOURCE, "https://id.example.com")
    for piece in pieces:
        assert "@" not in piece.text.replace("@code", "")
        if "Python" in piece.title:
            called = [
                node.func.id
                for node in ast.walk(ast.parse(piece.text))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            ]
            assert called.count("print") <= 2


@pytest.mark.node
@pytest.mark.parametrize("method", METHODS)
def test_javascript_can_be_read(method: str, tmp_path: Path) -> None:
    """By node itself, as a module."""
    node = program("node")
    grants = (
        ("authorization_code",)
        if method == "none"
        else (
            "authorization_code",
            "client_credentials",
        )
    )
    for grant in grants:
        pieces = snippets.of(client(method, grant=grant), RESOURCE, "https://id.example.com")
        for number, piece in enumerate(pieces):
            if "Node" in piece.title or "browsers" in piece.title:
                path = tmp_path / f"{grant}{number}.mjs"
                path.write_text(piece.text)
                subprocess.run([node, "--check", path], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("kind", "method", "titles"),
    [
        ("authorization_code", "client_secret_basic", ["Authlib", "openid-client"]),
        ("authorization_code", "private_key_jwt", ["openid-client"]),
        ("authorization_code", "none", ["oidc-client-ts"]),
        ("client_credentials", "client_secret_basic", ["curl", "requests", "openid-client"]),
        ("client_credentials", "private_key_jwt", ["openid-client"]),
        ("client_credentials", "tls_client_auth", []),
    ],
)
def test_each_application_has_its_own(kind: str, method: str, titles: list[str]) -> None:
    """By how it proves itself, and what it gets tokens by."""
    pieces = snippets.of(client(method, grant=kind), RESOURCE, "https://id.example.com")
    assert [piece.title.partition(" ")[0] for piece in pieces] == titles


@pytest.mark.parametrize(("apis", "named"), [((API_URI,), False), ((API_URI, "urn:x"), True)])
@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_of_several_apis_one_is_named(method: str, apis: tuple[str, ...], *, named: bool) -> None:
    """RFC 8707: where the scope alone need not tell which is meant."""
    application = replace(client(method), allowed_resources=apis)
    for piece in snippets.of(application, RESOURCE, "https://id.example.com"):
        assert (API_URI in piece.text) == named


def test_a_native_application_has_that_of_mcp() -> None:
    """And what a program on a computer can use."""
    pieces = snippets.of(client("none", "native"), RESOURCE, "https://id.example.com")
    assert [piece.title.partition(" ")[0] for piece in pieces] == [
        "Authlib",
        "openid-client",
        "mcp",
    ]


def test_what_mcp_copies_is_taken_by_its_library() -> None:
    """The provider can be made of it."""
    pieces = snippets.of(
        Client(
            client_id="abc",
            created_at=0,
            client_name="Mine",
            redirect_uris=("http://127.0.0.1/cb",),
            token_endpoint_auth_method="none",
            application_type="native",
        ),
        RESOURCE,
        "https://id.example.com",
    )
    names: dict[str, object] = {}
    exec(compile(pieces[-1].text, "snippet", "exec"), names)  # our own text
    make = names["provider"]
    assert callable(make)
    assert make("https://mcp.example.com/mcp", None, None) is not None
