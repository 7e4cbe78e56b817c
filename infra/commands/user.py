"""`user`: make, look at, change, disable, export and remove users."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

import click

from chalicelib.administration import links, users
from chalicelib.registration import user_metadata

from . import document, view
from .invocation import Invocation

_password_stdin = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input, for a JSON that has none.",
)


@click.group(name="user")
def command() -> None:
    """People who can sign in. The ID of a user is the username or the sub.

    \b
    Example:
      python -m infra user create --file user.json --password-stdin < password
    """


@command.command()
@document.file_option()
@_password_stdin
@click.pass_obj
def create(call: Invocation, file: BinaryIO, password_stdin: bool) -> None:
    """Make a user who can sign in.

    Members: username, password, claims (OpenID Connect Core section 5.1: name, email,
    email_verified, address, ...; a claim of your own has a URI for a name), roles (developer,
    operator: what the user may do in the console).

    \b
    Example:
      echo '{"username": "ann@example.com", "password": "...", "claims": {"name": "Ann"}}' |
        python -m infra user create --file -
    """
    given = _with_password(document.read(file), file, password_stdin)
    user_metadata.check_members(given)
    username, password = (user_metadata.text(given, name) for name in ("username", "password"))
    claims = user_metadata.claims(given.get("claims", {}))
    roles = user_metadata.roles(given.get("roles", []))
    with call.services() as services:
        user = users.create(username, password, claims, services, roles=roles)
    document.show({"sub": user.subject, "username": user.username})


@command.command()
@click.argument("name", metavar="ID")
@click.pass_obj
def get(call: Invocation, name: str) -> None:
    """Show a user.

    \b
    Example:
      python -m infra user get demo@example.com
    """
    with call.services() as services:
        document.show(view.of_user(users.find(name, services)))


@command.command(name="list")
@click.pass_obj
def list_(call: Invocation) -> None:
    """Show every user.

    \b
    Example:
      python -m infra user list
    """
    with call.services() as services:
        document.show([view.of_user(user) for user in users.list_all(services)])


@command.command()
@click.argument("name", metavar="ID")
@document.file_option(required=False)
@_password_stdin
@click.pass_obj
def update(call: Invocation, name: str, file: BinaryIO | None, password_stdin: bool) -> None:
    """Change a user: username, password, roles, or single claims; a claim set to null is removed.

    A new password ends every session and grant of the user.

    \b
    Examples:
      echo '{"claims": {"nickname": null}}' | python -m infra user update demo@example.com --file -
      python -m infra user update demo@example.com --password-stdin < password
    """
    if file is None and not password_stdin:
        raise click.UsageError("Give --file, --password-stdin, or both.")
    changes = _with_password(document.read(file) if file else {}, file, password_stdin)
    user_metadata.check_members(changes)
    username, password = (
        user_metadata.text(changes, member) if member in changes else None
        for member in ("username", "password")
    )
    roles = user_metadata.roles(changes["roles"]) if "roles" in changes else None
    with call.services() as services:
        user = users.find(name, services)
        claims = None
        if "claims" in changes:
            claims = user_metadata.changed(user.claims, changes["claims"])
        changed = users.update(
            user, services, username=username, password=password, claims=claims, roles=roles
        )
        document.show(view.of_user(changed))


@command.command()
@click.argument("name", metavar="ID")
@click.pass_obj
def disable(call: Invocation, name: str) -> None:
    """Keep a user out, and end every session and grant.

    \b
    Example:
      python -m infra user disable demo@example.com
    """
    with call.services() as services:
        user = users.find(name, services)
        document.show(view.of_user(users.update(user, services, disabled=True)))


@command.command()
@click.argument("name", metavar="ID")
@click.pass_obj
def enable(call: Invocation, name: str) -> None:
    """Let a disabled user in again; what was ended stays ended.

    \b
    Example:
      python -m infra user enable demo@example.com
    """
    with call.services() as services:
        user = users.find(name, services)
        document.show(view.of_user(users.update(user, services, disabled=False)))


@command.command()
@click.argument("name", metavar="ID")
@click.pass_obj
def delete(call: Invocation, name: str) -> None:
    """Remove a user with their grants, consents and sessions. There is no way back.

    \b
    Example:
      python -m infra user delete demo@example.com
    """
    with call.services() as services:
        users.delete(name, services)
    document.show({"user": name, "deleted": True})


_issuer_option = click.option(
    "--issuer", required=True, metavar="ISS", help="The trusted issuer, as `issuer get` shows it."
)
_sub_option = click.option(
    "--sub", required=True, metavar="SUB", help="What that issuer calls the user."
)


@command.command()
@click.argument("name", metavar="ID")
@_issuer_option
@_sub_option
@click.pass_obj
def link(call: Invocation, name: str, issuer: str, sub: str) -> None:
    """Say that a user is whom a trusted issuer knows by another name.

    \b
    Example:
      python -m infra user link demo@example.com --issuer https://idp.example.com --sub U0194
    """
    with call.services() as services:
        user = users.find(name, services)
        known = links.link(user, issuer, sub, services)
    document.show({"sub": user.subject, "linked": view.of_link(known)})


@command.command()
@click.argument("name", metavar="ID")
@_issuer_option
@_sub_option
@click.pass_obj
def unlink(call: Invocation, name: str, issuer: str, sub: str) -> None:
    """Take a link back; what was issued by then stays until it ends.

    \b
    Example:
      python -m infra user unlink demo@example.com --issuer https://idp.example.com --sub U0194
    """
    with call.services() as services:
        user = users.find(name, services)
        links.unlink(user, issuer, sub, services)
    document.show({"sub": user.subject, "unlinked": {"issuer": issuer, "sub": sub}})


@command.command(name="export")
@click.argument("name", metavar="ID")
@click.pass_obj
def export_(call: Invocation, name: str) -> None:
    """Show everything that is kept about a user, but for hashes of secrets.

    \b
    Example:
      python -m infra user export demo@example.com
    """
    with call.services() as services:
        user = users.find(name, services)
        document.show(view.everything_of(user, services))


def _with_password(
    given: dict[str, Any], file: BinaryIO | None, password_stdin: bool
) -> dict[str, Any]:
    if not password_stdin:
        return given
    stdin = sys.stdin.buffer
    if file is stdin:
        raise click.UsageError("--file - and --password-stdin both read standard input.")
    if "password" in given:
        raise click.UsageError("The JSON has a password already: leave out --password-stdin.")
    try:
        password = stdin.read().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise click.UsageError("The password is not UTF-8.") from None
    return {**given, "password": password}
