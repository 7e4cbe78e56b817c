"""The readable table. A section is a title, notes, column heads and rows of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What one part of the bench found, to be read; the figures are in its JSON."""

    title: str
    heads: Row
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def text(self) -> str:
        """Columns in line: words to the left, numbers to the right."""
        lines = [self.heads, *self.rows]
        columns = list(zip(*lines, strict=True))
        widths = [max(map(len, column)) for column in columns]
        numeric = [all(_numeric(cell) for cell in column[1:]) for column in columns]
        shown = [
            "  ".join(
                cell.rjust(width) if number else cell.ljust(width)
                for cell, width, number in zip(line, widths, numeric, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, "-" * len(self.title), *shown, "", *self.notes, ""])

    def markdown(self) -> str:
        """The same as a Markdown table."""
        table = [self.heads, ("---",) * len(self.heads), *self.rows]
        lines = [f"| {' | '.join(line)} |" for line in table]
        return "\n".join([f"### {self.title}", "", *lines, "", *self.notes, ""])


def _numeric(cell: str) -> bool:
    return cell[:1] in "0123456789-$"


def ratio(value: float, base: float) -> str:
    """Two digits after the point; - without a base."""
    return f"{value / base:.2f}" if base > 0 else "-"
