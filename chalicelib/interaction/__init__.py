"""The steps of a sign-in, in order. /authorize alone decides which comes next.

A member asks (`needed`), shows its page (`show`) and takes its form (`submit`); none knows another.
"""

from __future__ import annotations

from typing import Protocol

from ..errors import OAuthError
from ..http import Parameters, Request, Response
from ..modules import Modules
from ..services import Services
from ..situation import Situation


class Step(Protocol):
    """What a member looks like."""

    def needed(self, situation: Situation, services: Services) -> bool:
        """Whether the user has to be asked; reads nothing, changes nothing."""

    def refusal(self) -> OAuthError:
        """What prompt=none is told when the step is needed."""

    def show(self, situation: Situation, services: Services) -> Response:
        """The page with the step's form."""

    def submit(
        self, form: Parameters, situation: Situation, request: Request, services: Services
    ) -> Response | tuple[tuple[str, str], ...]:
        """Take the form: the page again, with what is wrong, or the cookies to go on with.

        OAuthError when the answer to the client is decided.
        """


STEPS: Modules[Step] = Modules(
    __name__,
    {"select-account": "select_account", "sign-in": "sign_in", "consent": "consent"},
)
