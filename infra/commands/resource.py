"""`resource`: register, look at, change and remove resources. RFC 8707."""

from __future__ import annotations

from typing import BinaryIO

import click

from chalicelib.administration import resources
from chalicelib.registration import resource_metadata

from . import document
from .invocation import Invocation


@click.group(name="resource")
def command() -> None:
    """APIs that tokens are for. The ID of a resource is its URI.

    A running server keeps what it knows of a resource for a minute: changes count after that.

    \b
    Example:
      python -m infra resource create --file api.json
    """


@command.command()
@document.file_option()
@click.pass_obj
def create(call: Invocation, file: BinaryIO) -> None:
    """Register a resource.

    Members: resource (its URI), name, scopes (each with its words for the consent page),
    access_token_lifetime (seconds), signing_alg (RS256, ES256, PS256, Ed25519, EdDSA),
    signing_mode (kms or kms-data-key; the stage's unless said), status_list (true: verifiers
    can see in a list whether its tokens were revoked), covers_subpaths (true: also what lies
    below the URI), authorization_details_types (each with its words and its schema; RFC 9396),
    self_registered_clients (true: clients that register themselves may name it), developers (no,
    users or machines: for whose applications developers may take it in the console).

    \b
    Example:
      echo '{"resource": "https://api.example.com", "scopes": {"read": "Read your files"}}' |
        python -m infra resource create --file -
    """
    metadata = document.read(file)
    with call.services() as services:
        document.show(resource_metadata.write(resources.create(metadata, services)))


@command.command()
@click.argument("uri", metavar="ID")
@click.pass_obj
def get(call: Invocation, uri: str) -> None:
    """Show a resource.

    \b
    Example:
      python -m infra resource get https://api.example.com
    """
    with call.services() as services:
        document.show(resource_metadata.write(resources.get(uri, services)))


@command.command(name="list")
@click.pass_obj
def list_(call: Invocation) -> None:
    """Show every resource.

    \b
    Example:
      python -m infra resource list
    """
    with call.services() as services:
        found = resources.list_all(services)
        document.show([resource_metadata.write(resource) for resource in found])


@command.command()
@click.argument("uri", metavar="ID")
@document.file_option()
@click.pass_obj
def update(call: Invocation, uri: str, file: BinaryIO) -> None:
    """Change a resource: the JSON has only the members that change; null removes one.

    \b
    Example:
      echo '{"access_token_lifetime": 300}' |
        python -m infra resource update https://api.example.com --file -
    """
    changes = document.read(file)
    with call.services() as services:
        document.show(resource_metadata.write(resources.update(uri, changes, services)))


@command.command()
@click.argument("uri", metavar="ID")
@click.pass_obj
def delete(call: Invocation, uri: str) -> None:
    """Remove a resource: no token for it is issued any more.

    \b
    Example:
      python -m infra resource delete https://api.example.com
    """
    with call.services() as services:
        resources.delete(uri, services)
    document.show({"resource": uri, "deleted": True})
