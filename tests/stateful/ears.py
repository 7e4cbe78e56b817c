"""Where clients hear of logouts: their back-channel endpoints, without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.fetching import Fetcher, NotFetched


class Ears(Fetcher):
    """The endpoints of all clients. `heard`: what came where.

    answer: the next status; None where nobody is there. meanwhile: what happens before it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, str]] = []
        self.answer: int | None = 200
        self.meanwhile: Callable[[], object] = lambda: None

    def post(self, url: str, form: Mapping[str, str]) -> int:
        """Somebody is told; NotFetched."""
        answer, meanwhile = self.answer, self.meanwhile
        self.meanwhile = lambda: None
        assert list(form) == ["logout_token"]
        self.heard.append((url, form["logout_token"]))
        meanwhile()
        if answer is None:
            raise NotFetched("nobody there")
        return answer
