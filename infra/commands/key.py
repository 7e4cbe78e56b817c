"""`key`: list, rotate and retire the signing keys. docs/key-rotation.md."""

from __future__ import annotations

from contextlib import closing

import click

from chalicelib.aws import keyring
from chalicelib.protocol import signing_keys
from infra import bootstrap, keys
from infra.stage import aws_client

from . import document, view
from .invocation import Invocation, say


@click.group(name="key")
def command() -> None:
    """Signing keys. docs/key-rotation.md tells when to do what.

    \b
    Example:
      python -m infra key list
    """


@command.command(name="list")
@click.pass_obj
def list_(call: Invocation) -> None:
    """Show the keys of the JWKS, and when each may make its next step.

    \b
    Example:
      python -m infra key list
    """
    with call.services() as services:
        found = keyring.read_keys(bootstrap.read_keyring(services))
        document.show([view.of_key(key) for key in found])


@command.command()
@click.option(
    "--alg",
    type=click.Choice(signing_keys.ALGORITHMS),
    default="RS256",
    show_default=True,
    help="Which of the algorithms gets a new key.",
)
@click.option(
    "--mode",
    type=click.Choice(tuple(signing_keys.MODES)),
    default=signing_keys.KMS,
    show_default=True,
    help="kms: a key that never leaves KMS. kms-data-key: a key pair that KMS makes and encrypts.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Promote at once, for a key that is no longer trusted: some verifiers fail for a while.",
)
@click.pass_obj
def rotate(call: Invocation, alg: str, mode: str, force: bool) -> None:
    """Announce a new key; run again some two hours later, sign with it.

    The first run makes a key and publishes it in the JWKS as next. The second run makes it the
    active one; the one before stays in the JWKS, retired, for the tokens it has signed.

    \b
    Examples:
      python -m infra key rotate
      python -m infra key rotate --alg ES256 --force
      python -m infra key rotate --alg ES256 --mode kms-data-key
    """
    with call.services() as services, closing(aws_client("kms", call.environ())) as kms:
        rotation = keys.rotate(services, kms, alg, mode, force=force)
    steps = {name: getattr(rotation, name) for name in ("announced", "promoted", "retired")}
    if rotation.promoted is not None:
        say(f"Tokens are signed by {rotation.promoted.kid} within a minute.")
        if alg not in services.settings.id_token_algs:
            say(f"Access tokens only: for ID tokens, name {alg} in ID_TOKEN_ALGS as well.")
    elif rotation.announced is not None:
        ready_at = signing_keys.ready_at(rotation.announced)
        assert ready_at is not None
        say(f"Announced. Run it again after {signing_keys.iso(ready_at)} to sign with this key.")
    document.show({name: key and view.of_key(key) for name, key in steps.items()})


# A kid is base64url and may start with a hyphen.
@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("kid")
@click.option(
    "--force",
    is_flag=True,
    help="At once, for a key that is no longer trusted: its tokens stop being accepted.",
)
@click.pass_obj
def retire(call: Invocation, kid: str, force: bool) -> None:
    """Take a retired key out of the JWKS, and disable it; KMS deletes it 30 days later.

    Of a data key nothing is left then; the KMS key that wraps data keys stays.

    \b
    Example:
      python -m infra key retire NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
    """
    with call.services() as services, closing(aws_client("kms", call.environ())) as kms:
        gone = keys.retire(services, kms, kid, force=force)
    if gone.mode == signing_keys.KMS:
        say(f"KMS deletes {gone.arn} in {keys.PENDING_DAYS} days; CancelKeyDeletion stops it.")
    shown = {"kid": kid, "alg": gone.alg, "mode": gone.mode, "arn": gone.arn}
    document.show({**shown, "retired": True})
