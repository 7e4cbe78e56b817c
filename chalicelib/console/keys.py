"""The signing keys and their states, to look at; changing them is the command line's."""

from __future__ import annotations

from .. import visits
from ..errors import MethodNotAllowed
from ..http import Parameters, Response
from ..protocol import signing_keys
from ..protocol.signing_keys import SigningKey
from ..registration.user_metadata import OPERATOR
from ..services import Services
from ..visits import Visit

ROLE = OPERATOR
FRESH = False


def show(visit: Visit, services: Services) -> Response:
    """One row a key, as verifiers find them in the JWKS."""
    rows = [_row(key) for key in services.keyring.keys]
    return visits.page("keys", visit, services, rows=rows)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """It has no form."""
    raise MethodNotAllowed(("GET",))


def _row(key: SigningKey) -> tuple[str, ...]:
    ready = signing_keys.ready_at(key)
    step = {signing_keys.NEXT: "may sign from ", signing_keys.RETIRED: "may go from "}
    onward = f"{step[key.state]}{signing_keys.iso(ready)}" if ready is not None else ""
    return (key.kid, key.alg, key.mode, key.state, signing_keys.iso(key.changed_at), onward)
