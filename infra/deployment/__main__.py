"""`python -m infra.deployment`: one CloudFormation stack, before and after it is deployed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from infra import bootstrap

from .adopt import adopt
from .names import PREFIX, PROJECT, DeploymentError
from .package import package


@click.group()
def cli() -> None:
    """A stage as one CloudFormation stack. `make deploy` is the other way, and needs neither."""


@cli.command("package")
@click.argument("stage")
@click.option("--issuer", default="", help="Default of the stack's parameter Issuer.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to; build/STAGE unless given.")
@click.option("--snapstart", is_flag=True, help="Start from a snapshot, for its price.")
def package_command(stage: str, issuer: str, out: Path | None, snapstart: bool) -> None:
    """Write the template and the zip."""
    directory = out or PROJECT / "build" / stage
    click.echo(package(stage, directory, issuer=issuer, snapstart=snapstart))


@cli.command("adopt")
@click.argument("stage")
@click.option("--stack", help=f"The stack's name; {PREFIX}-STAGE unless given.")
def adopt_command(stage: str, stack: str | None) -> None:
    """Write the stack's outputs into the configuration and register its keys."""
    name = stack or f"{PREFIX}-{stage}"
    variables = adopt(stage, name, register_keys=bootstrap.register_keys)
    click.echo(json.dumps(variables, indent=2))


if __name__ == "__main__":
    try:
        cli()
    except DeploymentError as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
