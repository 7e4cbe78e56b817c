"""The operator's command line: `python -m infra [--stage NAME] NOUN VERB`.

One noun a file, imported when it is used. How a command reaches its stage and what a failure says
is in invocation.py; JSON in and out in document.py.
"""

from __future__ import annotations

import os
from importlib import import_module

import click

from .invocation import Invocation, Surroundings, refusal

# Noun, or command without one: what `--help` says of it. The file has the same name.
COMMANDS = {
    "client": "Applications that ask for tokens.",
    "registration": "Who may register clients over the network: initial access tokens.",
    "resource": "APIs that tokens are for.",
    "issuer": "Other issuers whose word counts here.",
    "user": "People who can sign in.",
    "grant": "What users have given to clients.",
    "session": "Browsers in which users are signed in: list, end.",
    "logout": "Whether clients were told of logouts: list, status, retry.",
    "key": "Signing keys: list, rotate, retire.",
    "audit": "The audit log.",
    "deploy": "Put a stage up on AWS, or bring it up to date.",
    "destroy": "Take a stage down.",
}


class Commands(click.Group):
    """The table above, and one sentence for the operator where something is refused."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the file of a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Written from the table: `--help` imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run, and turn what went wrong into a message and exit status 1."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as problem:
            reason = refusal(problem, ctx.params["stage"])
            if reason is None:
                if ctx.params["verbose"]:
                    raise
                reason = f"{type(problem).__name__}: {problem} (a fault of this program; "
                reason += "run it again with --verbose to see where)"
            raise click.ClickException(reason) from problem


@click.command(
    cls=Commands,
    name="infra",
    context_settings={"max_content_width": 100},
)
@click.option(
    "--stage",
    default="local",
    metavar="NAME",
    help="The stage to work on: local (the default) is the running `make run`; any other one is "
    "reached with your own AWS credentials.",
)
@click.option(
    "--verbose", is_flag=True, help="Write the audit events of what is done to standard error."
)
@click.pass_context
def cli(ctx: click.Context, stage: str, verbose: bool) -> None:
    """The operator's command line.

    JSON comes in by `--file PATH`, or `--file -` for standard input. JSON goes out on standard
    output, messages on standard error. Exit status: 0 done, 1 refused, with the reason, 2 the
    command or its JSON is malformed.

    \b
    Examples:
      python -m infra client list
      python -m infra --stage prod client create --file client.json
      python -m infra user create --help
    """
    surroundings = ctx.obj or Surroundings(os.environ)
    ctx.obj = Invocation(stage, verbose, surroundings)
