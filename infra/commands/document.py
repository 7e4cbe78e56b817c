"""JSON in and out. RFC 8259; what parsers disagree on (RFC 7493) is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def show(value: object) -> None:
    """Print the result: one object, or a list."""
    # ASCII: nothing in a name can move a terminal's cursor, and every terminal can show it.
    click.echo(json.dumps(value, indent=2))


def file_option(*, required: bool = True) -> Callable[[Function], Function]:
    """`--file`, for the JSON of a command."""
    return click.option(
        "--file",
        "file",
        type=click.File("rb"),
        required=required,
        metavar="PATH",
        help="The JSON object to read; - for standard input.",
    )


def read(file: BinaryIO) -> dict[str, Any]:
    """The JSON object in a file; click.UsageError when it is none."""
    name = getattr(file, "name", "-")
    try:
        document = json.loads(
            file.read().decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
        )
        # A surrogate without its other half is no text.
        json.dumps(document, ensure_ascii=False).encode()
    except RecursionError:
        raise click.UsageError(f"{name} is nested too deeply") from None
    except ValueError as problem:
        raise click.UsageError(f"{name} is not JSON: {problem}") from None
    if not isinstance(document, dict):
        raise click.UsageError(f"{name} does not hold a JSON object")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{json.dumps(twice)} stands twice")
    return document


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")
