"""AWS in this process: moto behind a server of our own on the loopback address.

moto's stores are plain dictionaries and not safe under threads (two threads can both win a
conditional write), so one lock makes every call atomic. The stores belong to the process: two
emulators share them.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote_to_bytes

from infra.local.dynamodb_items import with_dynamodb_items
from infra.local.kms_ed25519 import with_ed25519_keys
from infra.local.kms_signing import with_kms_sign
from infra.local.server import Server
from infra.local.wire import Answer, Application, Call

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# One for the process, like moto's stores.
LOCK = threading.RLock()


class Emulator:
    """Running once made. `with Emulator() as aws:` and `AWS_ENDPOINT_URL=aws.url`.

    `wrap` goes round everything, outside the lock: it may count calls, answer in moto's place,
    wait, or raise ConnectionError, before or after the call, to drop the connection unanswered.
    """

    def __init__(
        self, wrap: Callable[[WSGIApplication], WSGIApplication] | None = None, port: int = 0
    ) -> None:
        self._server = Server(port)
        try:
            moto = with_dynamodb_items(_moto())
            served = locked(with_ed25519_keys(with_kms_sign(moto)))
            self._server.start(application(wrap(served) if wrap else served))
        except BaseException:
            self._server.stop()
            raise
        self.url = self._server.url

    def stop(self) -> None:
        """Close the port and end every thread; a second call does nothing."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _moto() -> WSGIApplication:
    # A second of imports, paid by the one who starts an emulator.
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    dispatcher: WSGIApplication = DomainDispatcherApplication(create_backend_app)
    return dispatcher


def locked(app: WSGIApplication) -> WSGIApplication:
    """The application, one call at a time, its body read before the next begins."""

    def one_at_a_time(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with LOCK:
            return [b"".join(app(environ, start_response))]

    return one_at_a_time


def application(app: WSGIApplication) -> Application:
    """A WSGI application (PEP 3333), served by our own server."""

    def answer(call: Call) -> Answer:
        said: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            said[:] = [(status, headers)]
            return written.append

        written += app(environment(call), start_response)
        status, headers = said[0]
        kept = tuple((n, v) for n, v in headers if n.lower() not in ("content-length", "date"))
        return Answer(int(status.split(" ", 1)[0]), kept, b"".join(written))

    return answer


def environment(call: Call) -> dict[str, Any]:
    """What WSGI hands to an application."""
    host, _, port = (call.header("Host") or "127.0.0.1:80").partition(":")
    fields: dict[str, str] = {}
    for name, value in call.headers:
        key = "HTTP_" + name.upper().replace("-", "_")
        fields[key] = f"{fields[key]},{value}" if key in fields else value
    return {
        **fields,
        "REQUEST_METHOD": call.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(call.path).decode("latin-1"),
        "QUERY_STRING": call.query,
        "RAW_URI": call.target,
        "REQUEST_URI": call.target,
        "CONTENT_TYPE": call.header("Content-Type") or "",
        "CONTENT_LENGTH": str(len(call.body)),
        "REMOTE_ADDR": call.source_address,
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(call.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
