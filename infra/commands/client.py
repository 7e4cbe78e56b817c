"""`client`: register, look at, change, revoke and remove clients. RFC 7591."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, BinaryIO

import click

from chalicelib.administration import clients
from chalicelib.registration import client_metadata

from . import document, view
from .invocation import Invocation, say


@click.group(name="client")
def command() -> None:
    """Applications that ask for tokens.

    A running server keeps what it knows of a client for a minute: changes count after that.
    An ID that starts with a hyphen goes after `--`.

    \b
    Example:
      python -m infra client create --file client.json
    """


@command.command()
@document.file_option()
@click.pass_obj
def create(call: Invocation, file: BinaryIO) -> None:
    """Register a client; its secret is shown this once.

    The JSON has RFC 7591's members (client_name, redirect_uris, grant_types, scope,
    token_endpoint_auth_method, ...), and this server's own: allowed_resources, default_resource,
    default_scope, require_pkce, first_party, verified, introspection, resource_server. A
    sector_identifier_uri is read from where this runs; keys go in as jwks or jwks_uri. Give
    client_id and client_secret to bring a client from elsewhere.

    \b
    Example:
      echo '{"client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}' |
        python -m infra client create --file -
    """
    metadata = document.read(file)
    _tell_of_slips(metadata)
    with call.services() as services:
        client, secret = clients.create(metadata, services)
    document.show(client_metadata.registration(client, secret))


@command.command()
@click.argument("client_id", metavar="ID")
@click.pass_obj
def get(call: Invocation, client_id: str) -> None:
    """Show a client, without its secret.

    \b
    Example:
      python -m infra client get demoweb
    """
    with call.services() as services:
        document.show(view.of_client(clients.get(client_id, services)))


@command.command(name="list")
@click.pass_obj
def list_(call: Invocation) -> None:
    """Show every client, without secrets.

    \b
    Example:
      python -m infra client list
    """
    with call.services() as services:
        document.show([view.of_client(client) for client in clients.list_all(services)])


@command.command()
@click.argument("client_id", metavar="ID")
@document.file_option()
@click.pass_obj
def update(call: Invocation, client_id: str, file: BinaryIO) -> None:
    """Change a client: the JSON has only the members that change; null removes one.

    \b
    Example:
      echo '{"scope": "read", "logo_uri": null}' | python -m infra client update ID --file -
    """
    changes = document.read(file)
    _tell_of_slips(changes)
    with call.services() as services:
        client = clients.update(client_id, changes, services)
    document.show(view.of_client(client))


@command.command()
@click.argument("client_id", metavar="ID")
@click.pass_obj
def delete(call: Invocation, client_id: str) -> None:
    """Remove a client; nothing issued to it counts any more.

    \b
    Example:
      python -m infra client delete demoweb
    """
    with call.services() as services:
        clients.delete(client_id, services)
    document.show({"client_id": client_id, "deleted": True})


@command.command()
@click.argument("client_id", metavar="ID")
@click.option(
    "--overlap",
    type=click.IntRange(0, 30 * 24 * 60 * 60),
    default=clients.OVERLAP,
    show_default=True,
    metavar="SECONDS",
    help="How long the old secret still counts; 0 for one that has leaked.",
)
@click.pass_obj
def rotate_secret(call: Invocation, client_id: str, overlap: int) -> None:
    """Make a new secret, shown this once.

    \b
    Example:
      python -m infra client rotate-secret demoweb --overlap 3600
    """
    with call.services() as services:
        client, secret = clients.rotate_secret(client_id, services, overlap)
    document.show(
        {
            "client_id": client_id,
            "client_secret": secret,
            "client_secret_expires_at": 0,
            "previous_secret_expires_at": client.previous_secret_expires_at,
        }
    )


@command.command()
@click.argument("client_id", metavar="ID")
@click.pass_obj
def revoke(call: Invocation, client_id: str) -> None:
    """End all tokens and grants of a client; it stays registered.

    \b
    Example:
      python -m infra client revoke demoweb
    """
    with call.services() as services:
        client = clients.revoke(client_id, services)
    document.show({"client_id": client_id, "not_before": client.not_before})


@command.command()
@click.argument("client_id", metavar="ID")
@click.pass_obj
def block(call: Invocation, client_id: str) -> None:
    """Shut a client out and end all that it has; it stays registered.

    ID may be the URL of a document that has not been read yet.

    \b
    Example:
      python -m infra client block https://app.example/oauth/client.json
    """
    with call.services() as services:
        client = clients.block(client_id, services)
    document.show({"client_id": client_id, "blocked_at": client.blocked_at})


@command.command()
@click.argument("client_id", metavar="ID")
@click.pass_obj
def unblock(call: Invocation, client_id: str) -> None:
    """Let a client in again; it has to ask its users anew.

    \b
    Example:
      python -m infra client unblock https://app.example/oauth/client.json
    """
    with call.services() as services:
        clients.unblock(client_id, services)
    document.show({"client_id": client_id, "blocked_at": None})


def _tell_of_slips(metadata: Mapping[str, Any]) -> None:
    """RFC 7591 section 2 has unknown members ignored; a person may have meant another one."""
    names = client_metadata.known()
    for name in client_metadata.unknown(metadata):
        meant = get_close_matches(name, names, n=1)
        hint = f"; did you mean {meant[0]}?" if meant else ""
        say(f"Warning: {name} is not a member this server knows and was ignored{hint}")
