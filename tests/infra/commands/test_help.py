"""`--help`: at every level, with an example that runs, and fast."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from infra import commands
from infra.commands import COMMANDS, cli

ROOT = Path(commands.__file__).parents[2]
NOT_NOUNS = {"__init__", "invocation", "document", "view"}


def every_command() -> Iterator[tuple[str, ...]]:
    """The words of every group and command."""

    def below(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield words
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None
                yield from below(child, (*words, name))

    return below(cli, ())


EVERY = tuple(every_command())


def help_of(words: tuple[str, ...]) -> str:
    """What `--help` prints."""
    result = CliRunner().invoke(cli, [*words, "--help"], prog_name="python -m infra")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_every_file_is_in_the_table() -> None:
    """And every row has its file."""
    files = {path.stem for path in Path(commands.__file__).parent.glob("*.py")}
    assert files - NOT_NOUNS == set(COMMANDS)


def test_every_command_of_the_contract_is_there() -> None:
    """The names that operators hold on to."""
    wanted = {
        "client": "create get list update delete rotate-secret",
        "resource": "create get list update delete",
        "user": "create get list update disable enable delete export",
        "grant": "list revoke",
        "key": "list rotate retire",
        "audit": "tail",
    }
    pairs = {(noun, verb) for noun, verbs in wanted.items() for verb in verbs.split()}
    assert pairs <= set(EVERY)
    assert {("deploy",), ("destroy",)} <= set(EVERY)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_has_an_example(words: tuple[str, ...]) -> None:
    """In the name of the command itself."""
    text = help_of(words)
    assert re.search(r"Examples?:", text)
    assert " ".join(["python -m infra", *words[:1]]).strip() in text.replace(" --stage dev", "")


def check_example(line: str) -> None:
    """Each word is a command, an option of it, or what an option or the command takes."""
    given = shlex.split(re.split(r"[|<>]", line)[0])
    command: click.Command = cli
    while given:
        word = given.pop(0)
        if word.startswith("--") and len(word) > 2:
            (option,) = (option for option in command.params if word in option.opts)
            if not getattr(option, "is_flag", False):
                given.pop(0)
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, line
            command = found
    assert not isinstance(command, click.Group), line


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_examples_of_help_are_commands(words: tuple[str, ...]) -> None:
    """With options that they have."""
    text = help_of(words).partition("Example")[2].partition("Options:")[0]
    examples = re.findall(r"python -m infra (.*)", text)
    assert examples
    for line in examples:
        if "--help" not in line:
            check_example(line)


@pytest.mark.parametrize(
    "name", ["command-line.md", "key-rotation.md", "operations.md", "deployment.md", "../README.md"]
)
def test_examples_of_the_documents_are_commands(name: str) -> None:
    """With options that they have."""
    text = (ROOT / "docs" / name).read_text()
    for line in re.findall(r"python -m infra (?!\[)([^`\n]*)", text):
        check_example(line)


def test_every_command_is_documented() -> None:
    """Under its noun, in docs/command-line.md."""
    text = (ROOT / "docs" / "command-line.md").read_text()
    verbs = {" ".join(words) for words in EVERY if len(words) == 2}
    shown = re.findall(r"python -m infra (?:--stage \w+ )?(\w+ [\w-]+)", text)
    assert verbs <= set(shown)


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS), ("client", "create")])
def test_help_imports_no_library(words: tuple[str, ...]) -> None:
    """boto3, chalice and cryptography take most of a second, and help needs none of them."""
    program = (
        "import runpy, sys\n"
        "sys.argv = ['infra', *sys.argv[1:], '--help']\n"
        "try:\n"
        "    runpy.run_module('infra', run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    assert not end.code\n"
        "heavy = {'boto3', 'botocore', 'chalice', 'cryptography', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.startswith("Usage:")
    assert ran.stderr == "[]\n"


def test_first_help_imports_no_command() -> None:
    """Of `python -m infra --help`: not even this project's own files."""
    program = (
        "import sys\n"
        "from infra.commands import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "names = [name for name in sys.modules if name.startswith(('chalicelib', 'infra.'))]\n"
        "print(sorted(names), file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ran.stderr == "['infra.commands', 'infra.commands.invocation']\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("klient",), "No such command 'klient'"),
        (("client", "make"), "No such command 'make'"),
        (("client", "get"), "Missing argument 'ID'"),
        (("client", "get", "a", "b"), "Got unexpected extra argument"),
        (("client", "list", "--colour"), "No such option"),
        (("--stage",), "requires an argument"),
        (("client", "rotate-secret", "x", "--overlap", "-1"), "-1 is not in the range"),
    ],
)
def test_misuse_is_exit_status_2(words: tuple[str, ...], reason: str) -> None:
    """With what is wrong; nothing is tried."""
    result = CliRunner().invoke(cli, list(words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


@pytest.mark.parametrize("words", [(), ("client",)])
def test_nothing_asked_is_answered_by_help(words: tuple[str, ...]) -> None:
    """On standard error, because it is no result."""
    result = CliRunner().invoke(cli, list(words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Examples:" in result.stderr or "Example:" in result.stderr
