"""`grant`: what users have given to clients: list and revoke."""

from __future__ import annotations

import click

from chalicelib.administration import clients, grants, users

from . import document, view
from .invocation import Invocation


@click.group(name="grant")
def command() -> None:
    """What users have given to clients: one grant is one authorization, with all its tokens.

    \b
    Example:
      python -m infra grant list --user demo@example.com
    """


@command.command(name="list")
@click.option("--user", "name", required=True, metavar="ID", help="The username or the sub.")
@click.pass_obj
def list_(call: Invocation, name: str) -> None:
    """Show the grants of a user that have not expired.

    \b
    Example:
      python -m infra grant list --user demo@example.com
    """
    with call.services() as services:
        user = users.find(name, services)
        found = users.grants_of(user, services)
        document.show([view.of_grant(user, grant, services) for grant in found])


@command.command()
@click.option("--user", "name", metavar="ID", help="The username or the sub.")
@click.option("--client", "client_id", metavar="ID", help="The client.")
@click.option("--grant", "grant_id", metavar="ID", help="One grant of the user.")
@click.pass_obj
def revoke(call: Invocation, name: str | None, client_id: str | None, grant_id: str | None) -> None:
    """End grants: every token of them is dead, and their refresh tokens with them.

    \b
    --user --grant   that one
    --user --client  what the user gave this client; it has to ask for consent again
    --user           everything of the user, and all sessions
    --client         everything of the client
    A resource server that does not introspect takes an access token until it expires.

    \b
    Examples:
      python -m infra grant revoke --user demo@example.com --client demoweb
      python -m infra grant revoke --client demoweb
    """
    if not name and not client_id:
        raise click.UsageError("Give --user, --client, or both.")
    if grant_id and (not name or client_id):
        raise click.UsageError("--grant goes with --user, and without --client.")
    with call.services() as services:
        if not name:
            assert client_id is not None
            client = clients.revoke(client_id, services)
            document.show({"client_id": client_id, "not_before": client.not_before})
            return
        user = users.find(name, services)
        if grant_id:
            grants.revoke(user, grant_id, services)
            document.show({"sub": user.subject, "revoked": [grant_id]})
        elif client_id:
            ended = grants.disconnect(user, client_id, services)
            document.show({"sub": user.subject, "client_id": client_id, "revoked": ended})
        else:
            user = users.revoke(user, services)
            document.show({"sub": user.subject, "not_before": user.not_before})
