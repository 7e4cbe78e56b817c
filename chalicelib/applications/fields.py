"""The fields of forms, and what their answers mean as metadata of a client or a resource.

A field is named as the member that it is for, so that a refusal of that member finds its field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..http import Parameters
from ..protocol.strict_json import MOST_BRACKETS, read_object
from ..registration import InvalidMetadata
from ..values import Frozen

Errors = dict[str, str]


class Field(Frozen):
    """One field. kind: `line`, `lines`, `json`, `flag`, `one` or `some` (of `choices`).

    choices: value, label and words of each. most_brackets: of a JSON object.
    """

    name: str
    label: str
    kind: str = "line"
    hint: str = ""
    required: bool = False
    choices: tuple[tuple[str, str, str], ...] = ()
    most_brackets: int = MOST_BRACKETS

    @property
    def value_of(self) -> Callable[[Parameters], object]:
        """What a form says in this field: None where it says nothing."""
        return {
            "line": self._line,
            "lines": self._lines,
            "json": self._json,
            "flag": lambda form: self.name in form,
            "one": self._line,
            "some": lambda form: list(dict.fromkeys(form.all(self.name))),
        }[self.kind]

    def _line(self, form: Parameters) -> str | None:
        return form.get(self.name, "").strip() or None

    def _lines(self, form: Parameters) -> list[str] | None:
        lines = (line.strip() for text in form.all(self.name) for line in text.splitlines())
        return [line for line in lines if line] or None

    def _json(self, form: Parameters) -> dict[str, Any] | None:
        text = self._line(form)
        if text is None:
            return None
        try:
            return read_object(text, most_brackets=self.most_brackets)
        except (ValueError, RecursionError) as problem:
            raise InvalidMetadata(f"{self.name}: must be a JSON object: {problem}") from None


class Shown(Frozen):
    """A field on its page: what stands in it, and what is wrong with that."""

    field: Field
    values: tuple[str, ...]
    error: str

    @property
    def value(self) -> str:
        """All of it, a line each."""
        return "\n".join(self.values)


def read(fields: Iterable[Field], form: Parameters) -> tuple[dict[str, Any], Errors]:
    """The members that a form gives, and what is wrong with its fields."""
    members: dict[str, Any] = {}
    errors: Errors = {}
    for field in fields:
        try:
            members[field.name] = field.value_of(form)
        except InvalidMetadata as refused:
            errors |= explained(refused, fields)
        if field.required and not members.get(field.name):
            errors.setdefault(field.name, "must be filled in")
    return members, errors


def explained(refused: Exception, fields: Iterable[Field]) -> Errors:
    """A refusal under the name of its field, or under "" where no field is to blame."""
    name, _, reason = str(refused).partition(": ")
    if reason and name in {field.name for field in fields}:
        return {name: reason}
    return {"": str(refused)}


def filled_in(
    fields: Iterable[Field], document: Mapping[str, Any], errors: Errors
) -> tuple[Shown, ...]:
    """The fields with what a client's or resource's document says."""
    return tuple(
        Shown(field, _texts(document.get(field.name)), errors.get(field.name, ""))
        for field in fields
    )


def sent_back(fields: Iterable[Field], form: Parameters, errors: Errors) -> tuple[Shown, ...]:
    """The fields as a refused form had them."""
    return tuple(Shown(field, form.all(field.name), errors.get(field.name, "")) for field in fields)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None or value is False:
        return ()
    if value is True:
        return ("on",)
    if isinstance(value, Mapping):
        import json

        return tuple(json.dumps(value, indent=1).splitlines())
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
