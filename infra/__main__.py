"""`python -m infra`: the operator's command line. docs/command-line.md."""

from __future__ import annotations

from infra.commands import cli

if __name__ == "__main__":
    cli(prog_name="python -m infra")
