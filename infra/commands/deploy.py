"""`deploy`: put a stage up. docs/deployment.md."""

from __future__ import annotations

import click

from .invocation import Invocation


@click.command(name="deploy")
@click.option(
    "--issuer",
    metavar="URL",
    help="A name that this deployment does not set up itself, such as a proxy's; kept for later.",
)
@click.pass_obj
def command(call: Invocation, issuer: str | None) -> None:
    """Put a stage up on AWS, or bring it up to date; may be run again at any time.

    \b
    Example:
      python -m infra --stage dev deploy
    """
    from infra import bootstrap
    from infra.deployment.deploy import deploy

    made = deploy(call.stage, register_keys=bootstrap.register_keys, issuer=issuer)
    click.echo(made.as_json())
