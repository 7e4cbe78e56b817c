"""`issuer`: register, look at, change, remove trusted issuers. RFC 7523, RFC 7591 section 2.3."""

from __future__ import annotations

from typing import BinaryIO

import click

from chalicelib.administration import trusted_issuers
from chalicelib.registration import trusted_issuer_metadata

from . import document
from .invocation import Invocation


@click.group(name="issuer")
def command() -> None:
    """Other issuers whose word counts here. The ID of an issuer is its `iss`.

    A running server keeps what it knows of an issuer for a minute: changes count after that.

    \b
    Example:
      python -m infra issuer create --file issuer.json
    """


@command.command()
@document.file_option()
@click.pass_obj
def create(call: Invocation, file: BinaryIO) -> None:
    """Trust an issuer.

    Members: issuer (its URL), purposes (id_jag: it speaks for users; software_statement: for
    software that registers itself), jwks or jwks_uri, name, algs (those that sign, if not all).
    For id_jag: resources (each with the scopes it may give), clients (who may present its
    assertions; any, unless said), public_clients (true: also those without a credential), users
    (linked: those that `user link` names; email: also those who sign in by the verified address;
    create: also new ones), email_domains (whose addresses it is believed).

    \b
    Example:
      echo '{"issuer": "https://idp.example.com", "jwks_uri": "https://idp.example.com/jwks",
             "purposes": ["id_jag"], "resources": {"https://api.example.com": ["read"]}}' |
        python -m infra issuer create --file -
    """
    metadata = document.read(file)
    with call.services() as services:
        document.show(trusted_issuer_metadata.write(trusted_issuers.create(metadata, services)))


@command.command()
@click.argument("name", metavar="ID")
@click.pass_obj
def get(call: Invocation, name: str) -> None:
    """Show an issuer.

    \b
    Example:
      python -m infra issuer get https://idp.example.com
    """
    with call.services() as services:
        document.show(trusted_issuer_metadata.write(trusted_issuers.get(name, services)))


@command.command(name="list")
@click.pass_obj
def list_(call: Invocation) -> None:
    """Show every issuer.

    \b
    Example:
      python -m infra issuer list
    """
    with call.services() as services:
        found = trusted_issuers.list_all(services)
        document.show([trusted_issuer_metadata.write(issuer) for issuer in found])


@command.command()
@click.argument("name", metavar="ID")
@document.file_option()
@click.pass_obj
def update(call: Invocation, name: str, file: BinaryIO) -> None:
    """Change an issuer: the JSON has only the members that change; null removes one.

    \b
    Example:
      echo '{"clients": ["demoweb"]}' |
        python -m infra issuer update https://idp.example.com --file -
    """
    changes = document.read(file)
    with call.services() as services:
        changed = trusted_issuers.update(name, changes, services)
        document.show(trusted_issuer_metadata.write(changed))


@command.command()
@click.argument("name", metavar="ID")
@click.pass_obj
def delete(call: Invocation, name: str) -> None:
    """Trust an issuer no more: nothing that it signs counts, and who its users are is forgotten.

    \b
    Example:
      python -m infra issuer delete https://idp.example.com
    """
    with call.services() as services:
        trusted_issuers.delete(name, services)
    document.show({"issuer": name, "deleted": True})
