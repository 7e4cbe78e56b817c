"""The Chalice application: from here `chalice deploy` and `chalice package` know what there is.

On Lambda nothing of it is loaded: see function.py, which answers here as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Rate, SQSEvent
from chalice.app import Response as ChaliceResponse

from . import logout_delivery, rotation
from .errors import InvalidRequest, ServerError
from .function import to_request
from .http import Response
from .routes import METHODS, ROUTES, Route, json_error, respond
from .services import Services

# Batches of one: what fails is tried again alone. So many at once, however many are waiting: each
# calls somebody else's server.
AT_ONCE = 5


def make(services: Callable[[], Services], stage: str = "local") -> Chalice:
    """The application: every route, the schedule, and the consumer of the stage's queue.

    `services` is called for each request.
    """
    app = Chalice(app_name="postern")
    for route in ROUTES:
        # No content types: Chalice would answer a wrong one itself, with a body of its own.
        app.route(route.path, methods=list(METHODS), content_types=[], name=route.path)(
            _view(app, route, services)
        )

    def speak_oauth(event: Any, get_response: Callable[[Any], Any]) -> Any:
        """Give the errors that Chalice answers by itself the same form as ours."""
        response = get_response(event)
        if isinstance(response.body, dict) and "Code" in response.body:
            known = response.status_code < 500
            problem = InvalidRequest() if known else ServerError()
            own = json_error(problem, services(), status=response.status_code)
            return _to_chalice(own)
        return response

    app.register_middleware(speak_oauth, "http")

    # Chalice names the functions, and what Lambda calls in app.py, after these.
    def rotate_keys(event: Any) -> None:
        rotation.run(services())

    def deliver_logouts(event: SQSEvent) -> None:
        logout_delivery.handle(event.to_dict(), services())

    app.schedule(Rate(1, unit=Rate.DAYS), name="rotate_keys")(rotate_keys)
    app.on_sqs_message(
        queue=f"postern-{stage}-logout",
        batch_size=1,
        maximum_concurrency=AT_ONCE,
        name="deliver_logouts",
    )(deliver_logouts)
    return app


def _view(
    app: Chalice, route: Route, services: Callable[[], Services]
) -> Callable[..., ChaliceResponse]:
    def view(**path_parameters: str) -> ChaliceResponse:
        assert app.current_request is not None
        event = app.current_request.to_original_event()
        return _to_chalice(respond(route, to_request(event), services()))

    return view


def _to_chalice(response: Response) -> ChaliceResponse:
    headers: dict[str, Any] = {}
    for name, value in response.headers:
        headers[name] = [*headers.get(name, []), value]
    # Chalice sends a header that stands once as a string, and one that stands twice as a list.
    single = {name: values[0] if len(values) == 1 else values for name, values in headers.items()}
    return ChaliceResponse(body=response.body, status_code=response.status, headers=single)
