"""`logout`: whether clients were told that a user signed out. docs/operations.md."""

from __future__ import annotations

import click

from chalicelib.administration import clients, logouts
from infra import queues

from . import document, view
from .invocation import Invocation


@click.group(name="logout")
def command() -> None:
    """Logout tokens for clients (Back-Channel Logout): how their delivery goes.

    \b
    Example:
      python -m infra logout status
    """


@command.command(name="list")
@click.option("--client", "client_id", metavar="ID", help="Of this client alone.")
@click.pass_obj
def list_(call: Invocation, client_id: str | None) -> None:
    """Show the deliveries of the last two weeks, each as its last try left it.

    One that has not been tried yet is in the queue and not here: see `logout status`.

    \b
    Examples:
      python -m infra logout list
      python -m infra logout list --client demoweb
    """
    with call.services() as services:
        every = (client.client_id for client in clients.list_all(services))
        wanted = every if client_id is None else (client_id,)
        found = (one for name in wanted for one in logouts.of_client(name, services))
        document.show([view.of_delivery(delivery) for delivery in found])


@command.command()
@click.pass_obj
def status(call: Invocation) -> None:
    """Count the messages: waiting, in flight until their next try, undelivered after the last.

    \b
    Example:
      python -m infra --stage prod logout status
    """
    with call.services() as services:
        counted = queues.status(services.client, queues.url_of(services))
        document.show(counted._asdict())


@command.command()
@click.pass_obj
def retry(call: Invocation) -> None:
    """Put what could not be delivered back into the queue, for eight more tries.

    \b
    Example:
      python -m infra --stage prod logout retry
    """
    with call.services() as services:
        moved = queues.retry(services.client, queues.url_of(services))
        document.show({"moved": moved})
