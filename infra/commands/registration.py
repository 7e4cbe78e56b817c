"""`registration token`: initial access tokens: make, list, revoke. RFC 7591 section 3."""

from __future__ import annotations

import click

from chalicelib.administration import initial_access_tokens
from chalicelib.records.initial_access_token import InitialAccessToken
from chalicelib.settings import DAY

from . import document
from .invocation import Invocation


@click.group(name="registration")
def command() -> None:
    """Clients that register themselves at /register. The setting REGISTRATION says who may.

    \b
    Example:
      python -m infra registration token create --uses 10
    """


@command.group()
def token() -> None:
    """Initial access tokens, for stages with REGISTRATION=initial-access-token.

    \b
    Example:
      python -m infra registration token list
    """


@token.command()
@click.option(
    "--expires-in",
    type=click.IntRange(60, 365 * DAY),
    default=7 * DAY,
    show_default=True,
    metavar="SECONDS",
    help="How long it can be used.",
)
@click.option(
    "--uses",
    type=click.IntRange(1, 1_000_000),
    default=1,
    show_default=True,
    metavar="N",
    help="How many clients it registers.",
)
@click.option("--note", metavar="TEXT", help="What it is for; `list` shows it.")
@click.option(
    "--without-pkce",
    is_flag=True,
    help="Its confidential OpenID clients may do without PKCE; each request has a nonce then.",
)
@click.pass_obj
def create(
    call: Invocation, expires_in: int, uses: int, note: str | None, without_pkce: bool
) -> None:
    """Make a token, shown this once. It goes into the Authorization header, as Bearer.

    \b
    Example:
      python -m infra registration token create --expires-in 86400 --uses 5 --note "Acme rollout"
    """
    with call.services() as services:
        made, text = initial_access_tokens.create(
            services, expires_in=expires_in, uses=uses, note=note, without_pkce=without_pkce
        )
    document.show({**_view(made), "initial_access_token": text})


@token.command(name="list")
@click.pass_obj
def list_(call: Invocation) -> None:
    """Show every token that has not expired, without its text; `uses` is how many are left.

    \b
    Example:
      python -m infra registration token list
    """
    with call.services() as services:
        document.show([_view(one) for one in initial_access_tokens.list_all(services)])


@token.command()
@click.argument("token_id", metavar="ID")
@click.pass_obj
def revoke(call: Invocation, token_id: str) -> None:
    """End a token; the clients that were registered with it stay.

    \b
    Example:
      python -m infra registration token revoke 4qTTXTuOX3T2
    """
    with call.services() as services:
        initial_access_tokens.revoke(token_id, services)
    document.show({"token_id": token_id, "revoked": True})


def _view(token: InitialAccessToken) -> dict[str, object]:
    """A token without its text."""
    return {
        "token_id": token.token_id,
        "uses": token.uses,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        **({} if token.note is None else {"note": token.note}),
        **({"without_pkce": True} if token.without_pkce else {}),
    }
