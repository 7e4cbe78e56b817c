"""The run: emulated AWS with its seeds, the handler behind the gateway, the queue's consumer, the
demo client.

Everything started here is ended here: the threads, the ports, `.local/env`.
"""

from __future__ import annotations

import importlib
import os
import queue
import signal
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from infra.local.environment import (
    EnvironmentFile,
    LogFile,
    Refused,
    check_stage,
    local_environment,
    port_of,
)
from infra.local.progress import Progress, summary
from infra.local.server import Server
from infra.local.wire import Answer, Application, Call

if TYPE_CHECKING:
    from chalicelib.services import Services
    from infra.local.events import Event

ROOT = Path(__file__).resolve().parents[2]
Environ = MutableMapping[str, str]
PAUSE = 0.1  # seconds between looks for a signal


def _prepare(environ: Environ) -> None:
    importlib.import_module("infra.bootstrap").prepare(environ)


def _plant(environ: Environ) -> None:
    importlib.import_module("infra.seeds").plant(environ)


def _load() -> Any:
    """What Lambda calls, not the Chalice application that tools see."""
    from chalicelib.function import handler

    return handler(importlib.import_module("app").services)


def _deliver(event: Event, services: Services) -> bool:
    """As app.py's function does for Lambda."""
    logout_delivery = importlib.import_module("chalicelib.logout_delivery")
    try:
        logout_delivery.handle(event, services)
    except logout_delivery.NotDelivered:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Parts:
    """What the run needs of the rest of the project; each imported when it is called."""

    prepare: Callable[[Environ], None] = _prepare
    plant: Callable[[Environ], None] = _plant
    load: Callable[[], Any] = _load
    deliver: Callable[[Event, Services], bool] = _deliver
    root: Path = ROOT


def main() -> int:
    """Run until a signal; 0 when stopped, 1 when refused."""
    return run(os.environ, sys.stdout, sys.stderr)


def run(environ: Environ, out: TextIO, err: TextIO, parts: Parts | None = None) -> int:
    """The same with everything given; changes `environ` to the handler's and leaves it so."""
    try:
        with signals() as wait, ExitStack() as cleanup:
            start(environ, Progress.on(out, environ), cleanup, parts or Parts())
            wait()
    except Refused as refused:
        print(f"make run: {refused}", file=err)
        return 1
    except KeyboardInterrupt:
        # The signal came while starting; what had been started is stopped by now.
        pass
    return 0


def start(environ: Environ, progress: Progress, cleanup: ExitStack, parts: Parts) -> None:
    """Start everything; what must be ended is on the cleanup stack."""
    check_stage(environ)
    server = _listen(port_of(environ))
    cleanup.callback(server.stop)
    progress.heading("Postern, on this machine")
    with progress.step("start the emulated AWS"):
        from infra.local.emulator import Emulator

        emulator = cleanup.enter_context(Emulator())
    # The server stops first: its last requests still need the emulator.
    cleanup.callback(server.stop)
    # A log of its own: what is printed here ends with the line `ready`.
    log_file = cleanup.enter_context(LogFile(parts.root / ".local" / "log")).path
    local = local_environment(environ, base=server.url, endpoint=emulator.url, log_file=log_file)
    environ.clear()
    # Before anything of the project is imported: settings are read once.
    environ.update(local)
    _check_settings(environ)
    with progress.step("create the table, the queue and the keys"):
        parts.prepare(environ)
    with progress.step("plant the demo user, clients and resource"):
        parts.plant(environ)
    with progress.step("load the Lambda handler"):
        handler = parts.load()
    with progress.step("open the gateway and the demo client"):
        from infra.local.demo import Demo
        from infra.local.gateway import API, Gateway

        gateway = Gateway(handler, API, environ["ISSUER"])
        server.start(beside(Demo(server.url, environ["ISSUER"]), gateway))
    cleanup.enter_context(_deliveries(environ, parts))
    cleanup.enter_context(EnvironmentFile(parts.root / ".local" / "env", environ))
    summary(progress, base=server.url, issuer=environ["ISSUER"])


def _deliveries(environ: Environ, parts: Parts) -> AbstractContextManager[object]:
    from chalicelib.aws.log import Log
    from infra.local.deliveries import Deliveries
    from infra.stage import open_services

    known = dict(environ)

    @contextmanager
    def services() -> Iterator[Services]:
        with (
            open(known["LOG_FILE"], "a", buffering=1, encoding="ascii") as log,
            closing(open_services(known, Log(log))) as opened,
        ):
            yield opened

    return Deliveries(services(), parts.deliver)


def beside(demo: Application, gateway: Application) -> Application:
    """The demo client under /demo, the gateway everywhere else."""

    def answer(call: Call) -> Answer:
        mine = call.path == "/demo" or call.path.startswith("/demo/")
        return demo(call) if mine else gateway(call)

    return answer


@contextmanager
def signals() -> Iterator[Callable[[], None]]:
    """Yields a function that waits for SIGINT, SIGTERM or SIGHUP.

    A signal before that raises KeyboardInterrupt, once: cleaning up is never interrupted.
    """
    # put() may run inside a signal handler; an Event's lock could deadlock there.
    came: queue.SimpleQueue[int] = queue.SimpleQueue()
    phase = ["starting"]

    def on_signal(number: int, _: object) -> None:
        came.put(number)
        if phase[0] == "starting":
            phase[0] = "stopping"
            raise KeyboardInterrupt

    def wait() -> None:
        phase[0] = "waiting"
        # Not came.get(): a signal in the instant before a thread blocks is not seen until it wakes,
        # and on a busy machine that instant is long.
        while came.empty():
            time.sleep(PAUSE)
        phase[0] = "stopping"

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), on_signal) for name in names}
    try:
        yield wait
    finally:
        phase[0] = "stopping"
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _listen(port: int) -> Server:
    try:
        return Server(port)
    except OSError as error:
        raise Refused(
            f"port {port} on 127.0.0.1 cannot be used ({error.strerror})."
            f" Stop what holds it, or choose another: PORT={(port + 1) % 65536} make run"
        ) from error


def _check_settings(environ: Environ) -> None:
    from chalicelib.settings import Settings, SettingsError

    try:
        Settings.read(environ)
    except SettingsError as error:
        raise Refused(f"{error}.") from error
