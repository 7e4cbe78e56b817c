"""`destroy`: take a stage down. docs/deployment.md."""

from __future__ import annotations

import click

from .invocation import Invocation


@click.command(name="destroy")
@click.option("--yes", is_flag=True, help="Do not ask; stage prod wants it.")
@click.option("--delete-table", is_flag=True, help="The table too: users, clients, grants.")
@click.option("--delete-keys", is_flag=True, help="The signing keys too, 30 days from now.")
@click.pass_obj
def command(call: Invocation, yes: bool, delete_table: bool, delete_keys: bool) -> None:
    """Take a stage down; its table and keys stay unless they are asked for.

    \b
    Example:
      python -m infra --stage dev destroy
    """
    from infra.deployment.destroy import destroy

    done = destroy(call.stage, yes=yes, delete_table=delete_table, delete_keys=delete_keys)
    click.echo(done.as_json())
