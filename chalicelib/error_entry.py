"""The shape of a page that explains an error: /errors/{code}."""

from __future__ import annotations

from .values import Frozen


class Entry(Frozen):
    """One page. The URL leads to the section of the specification."""

    title: str
    meaning: str
    causes: tuple[str, ...]
    remedy: tuple[str, ...]
    specification: str
    specification_url: str
