"""`session`: the browsers in which users are signed in: list and end."""

from __future__ import annotations

import click

from chalicelib.administration import sessions, users

from . import document, view
from .invocation import Invocation


@click.group(name="session")
def command() -> None:
    """The browsers in which users are signed in.

    \b
    Example:
      python -m infra session list --user demo@example.com
    """


@command.command(name="list")
@click.option("--user", "name", required=True, metavar="ID", help="The username or the sub.")
@click.pass_obj
def list_(call: Invocation, name: str) -> None:
    """Show the sessions of a user that have not expired.

    \b
    Example:
      python -m infra session list --user demo@example.com
    """
    with call.services() as services:
        user = users.find(name, services)
        document.show([view.of_session(session) for session in sessions.living(user, services)])


@command.command()
@click.argument("session_id", required=False, metavar="[SESSION]")
@click.option("--user", "name", required=True, metavar="ID", help="The username or the sub.")
@click.pass_obj
def end(call: Invocation, name: str, session_id: str | None) -> None:
    """Sign a user out of one browser, or of all of them.

    What was given to clients in a session ends with it, but for grants with offline_access.

    \b
    Examples:
      python -m infra session end --user demo@example.com
      python -m infra session end --user demo@example.com -- -sm_yUhncsRI
    """
    with call.services() as services:
        user = users.find(name, services)
        ended = sessions.end(user, session_id, services)
        document.show({"sub": user.subject, "ended": ended})
