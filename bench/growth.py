"""Growth: the same requests with few and with many grants in the table, and of young and old
families. Three stages stand side by side and take turns; every grant is one user's.

Flat must be: the CPU time of the function, and the number, size and capacity units of its AWS
calls. How long the emulator looks for an item is the emulator's business, and is not counted. For
a Query it looks at every item of the partition in turn: at 20,000 some two seconds, for the few
that match, and on a busy machine longer than a call may take. DynamoDB goes to those straight away.
So the operator here waits as long as it takes.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import count

from bench import cloud, population
from bench.caller import Caller
from bench.calls import agreed, begun, cells, counted
from bench.processes import Server
from bench.recorder import Recorder
from bench.report import Section
from bench.run import Figures, Run, median
from chalicelib.administration import users
from chalicelib.aws.log import Log
from chalicelib.encoding import sha256
from chalicelib.records.grant import Grant
from chalicelib.records.user import User
from chalicelib.services import Services, system_clock
from chalicelib.values import replace
from infra.stage import open_services

GRANTS = (10, 1_000, 20_000)
ROTATIONS = (10, 5_000)
ROUNDS = 3
REQUESTS = 10
REVOCATIONS = 3  # of a whole user
PATIENCE = 300.0  # seconds, for one Query of the emulator on a busy machine
FLOWS = ("/authorize, signed in", "/token, code", "/token, refresh", "/introspect", "/revoke")
USER_REVOKED = "every grant of a user revoked, by the operator"
CURRENT, FIRST = "refresh, current token", "refresh, first token: replay"


def measure(run: Run) -> Figures:
    """CPU time and calls of each request, by the number of grants and of rotations."""
    sizes = (2, 20) if run.quick else GRANTS
    rotations = (2, 20) if run.quick else ROTATIONS
    with Recorder(run.cloud.url) as recorder, ExitStack() as running:
        stages = [_Stage(run, recorder, size, running) for size in sizes]
        found = {"grants": _by_grants(run, recorder, stages)}
        found["rotations"] = _by_rotations(run, recorder, stages[0], rotations)
        found["users"] = _users(run, recorder, stages)
    return found


class _Stage:
    """A stage with so many grants, its warm function, and an operator's hands on it."""

    def __init__(self, run: Run, recorder: Recorder, size: int, running: ExitStack) -> None:
        self.size = size
        self.environ = cloud.stage(run.cloud, f"growth-{size:06}", recorder.url, cloud.WAYS[:1])
        self.server = running.enter_context(Server("postern", self.environ))
        self.server.ask("measure", flow="/introspect", count=1)
        self.direct = {**self.environ, "AWS_ENDPOINT_URL": run.cloud.url}
        with closing(self.services(self.direct)) as services:
            self.user, self.pattern = population.pattern(services)
            population.fill(services, self.pattern, size)

    def services(self, environ: dict[str, str], now: Callable[[], int] = system_clock) -> Services:
        """The stage as the operator's commands reach it."""
        return open_services(environ, Log(io.StringIO()), now, timeout=PATIENCE)


def _by_grants(run: Run, recorder: Recorder, stages: list[_Stage]) -> Figures:
    taken: dict[str, dict[int, list[float]]] = {flow: {} for flow in FLOWS}
    for at in range(run.times(ROUNDS) + 1):
        for flow in FLOWS:
            for stage in stages:
                said = stage.server.ask("measure", flow=flow, count=run.times(REQUESTS, 2))
                if at:  # the first round loads what is loaded when it is first used
                    taken[flow].setdefault(stage.size, []).append(median(said["cpu"]))
    found: Figures = {}
    for flow, by_size in taken.items():
        found[flow] = {}
        for stage in stages:
            calls = agreed(recorder, stage.server, begun(stage.server, flow))
            found[flow][str(stage.size)] = {"cpu_us": median(by_size[stage.size]), **calls}
    return found


def _by_rotations(
    run: Run, recorder: Recorder, stage: _Stage, rotations: tuple[int, ...]
) -> Figures:
    """A family's item is computed, once it was shown to be what refreshing leaves."""
    caller = Caller(lambda event, _: stage.server.ask("answer", event=event))
    found: Figures = {CURRENT: {}, FIRST: {}}
    with closing(stage.services(stage.direct)) as services:
        _check_pattern(services, stage.pattern, caller)
        for name in found:
            # A token is good once, and a replay ends its family: each request has its own.
            events = {
                number: [
                    caller.refresh(_token(services, stage.pattern, number, name))
                    for _ in range(run.times(REQUESTS, 1))
                ]
                for number in rotations
            }
            expected = 200 if name == CURRENT else 400
            spent: dict[int, list[float]] = {number: [] for number in rotations}
            for number in rotations:
                more = (
                    caller.refresh(_token(services, stage.pattern, number, name)) for _ in count()
                )
                found[name][str(number)] = agreed(recorder, stage.server, more)
            # The sizes take turns, so that a slower minute of the machine meets them all.
            for turn in zip(*events.values(), strict=True):
                for number, event in zip(rotations, turn, strict=True):
                    said = stage.server.ask("times", events=[event])
                    if said["status"] != [expected]:
                        raise RuntimeError(f"{name}: {said['status']}")
                    spent[number] += said["cpu"]
            for number in rotations:
                found[name][str(number)]["cpu_us"] = median(spent[number])
    return found


def _token(services: Services, pattern: Grant, number: int, name: str) -> str:
    """A refresh token of a new family of so many rotations."""
    made = population.family(services, pattern, number)
    return population.token(services, made.grant, made.current if name == CURRENT else made.first)


def _check_pattern(services: Services, pattern: Grant, caller: Caller) -> None:
    """Refresh a computed family for real: it must come out as one computed so much longer."""
    before = population.family(services, pattern, 3)
    token = population.token(services, before.grant, before.current)
    for _ in range(2):
        token = caller.ask(caller.refresh(token))["refresh_token"]
    left = services.table.get(Grant, before.grant.key)
    assert left is not None
    secret = population.later(before.grant, before.current, 2)
    expected = replace(
        before.grant,
        current_hash=sha256(secret),
        number=5,
        rotated_at=left.rotated_at,
        expires_at=left.expires_at,
    )
    if left != expected or token != population.token(services, left, secret):
        raise RuntimeError("a computed family is not what refreshing leaves")


def _users(run: Run, recorder: Recorder, stages: list[_Stage]) -> Figures:
    """Last: nothing of the user counts after it."""
    found: Figures = {}
    for stage in stages:
        clock = _Clock()
        with closing(stage.services(stage.environ, clock)) as services:
            cpu = [_revoke(stage.user, services, clock) for _ in range(run.times(REVOCATIONS))]
            recorder.take()
            _revoke(stage.user, services, clock)
            calls = counted(recorder.take())
        found[str(stage.size)] = {"cpu_us": median(cpu), **calls}
    return {USER_REVOKED: found}


class _Clock:
    """A clock that stands, so that one revocation is one write."""

    def __init__(self) -> None:
        self.time = int(time.time())

    def __call__(self) -> int:
        return self.time


def _revoke(user: User, services: Services, clock: _Clock) -> float:
    clock.time += 1
    started = time.thread_time_ns()
    users.revoke(user, services)
    return (time.thread_time_ns() - started) / 1000


def sections(found: Figures) -> list[Section]:
    """One row for each size, so that the eye runs down the column."""
    heads = ("request", "", "CPU us", "AWS calls", "read", "write", "bytes out", "bytes in")
    by_grants = {**found["grants"], **found["users"]}
    return [
        Section("Growth: grants in the table, all of one user", heads, _rows(by_grants, "grants")),
        Section("Growth: rotations of a family", heads, _rows(found["rotations"], "rotations")),
    ]


def _rows(found: Figures, unit: str) -> list[tuple[str, ...]]:
    return [
        (name if at == 0 else "", f"{int(size):,} {unit}", f"{each['cpu_us']:.0f}", *cells(each))
        for name, by_size in found.items()
        for at, (size, each) in enumerate(by_size.items())
    ]
