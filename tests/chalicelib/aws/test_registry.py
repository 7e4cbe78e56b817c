"""Clients and resources, kept for a minute; never more than so many."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.aws.registry import (
    FAMILIES,
    FRESH,
    MOST_ASKED,
    MOST_KEPT,
    MOST_RESOURCES,
    Registry,
)
from chalicelib.aws.table import Table
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.records.client import Client
from chalicelib.records.directory_entry import DirectoryEntry
from chalicelib.records.record import Key
from chalicelib.records.resource import Resource
from chalicelib.values import replace
from tests.emulated_aws import Fault, Recorder
from tests.stage import Clock

CLIENT = Client(client_id="c1", created_at=0)


def resource(uri: str) -> Resource:
    return Resource(resource=uri, name=uri, scopes={"read": "Read"})


def register(table: Table, *uris: str) -> None:
    for uri in uris:
        table.put(resource(uri))
        table.put(DirectoryEntry(directory="resource", name=uri))


@pytest.fixture
def registry(table: Table, clock: Clock) -> Registry:
    """A registry that has read nothing."""
    return Registry(table, clock)


def test_a_client_is_read_once_a_minute(
    registry: Registry, table: Table, clock: Clock, aws: Recorder
) -> None:
    """Within it nobody's request waits for the table; a change is seen after it."""
    table.put(CLIENT)
    aws.reset()
    assert registry.client("c1") == CLIENT
    table.put(replace(CLIENT, not_before=7))
    clock.forward(FRESH - 1)
    assert registry.client("c1") == CLIENT
    assert aws.count() == {"GetItem": 1, "PutItem": 1}
    clock.forward(1)
    assert registry.client("c1") == replace(CLIENT, not_before=7)


def test_a_removed_client_is_gone_within_a_minute(
    registry: Registry, table: Table, clock: Clock
) -> None:
    """And it is not remembered as missing: one that is registered is found at once."""
    assert registry.client("c1") is None
    table.put(CLIENT)
    assert registry.client("c1") == CLIENT
    table.delete(CLIENT.key)
    clock.forward(FRESH)
    assert registry.client("c1") is None


class Endless:
    """A table in which every client is registered; it notes who was looked for."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def get(self, kind: type[Client], key: Key) -> Client:
        """A client of that very key."""
        self.read.append(key.pk)
        return kind(client_id=key.pk.removeprefix("A#"), created_at=0)


def test_what_is_kept_is_bounded(clock: Clock) -> None:
    """The oldest goes; a process does not grow with its visitors."""
    table: Any = Endless()
    registry = Registry(table, clock)
    names = [f"x{number}" for number in range(MOST_KEPT + 1)]
    for name in [*names, *names[1:]]:
        registry.client(name)
    assert table.read == [f"A#{name}" for name in names]
    registry.client(names[0])
    assert table.read[-1] == f"A#{names[0]}"


@pytest.mark.parametrize("client_id", ["", "a" * 256, "é", "a\nb", "a\0", "\ud800", "a\x7f"])
def test_what_cannot_be_a_client_asks_nobody(
    registry: Registry, aws: Recorder, client_id: str
) -> None:
    """RFC 6749 appendix A.1, and an end."""
    assert registry.client(client_id) is None
    assert aws.calls == []


@pytest.mark.parametrize("client_id", ["a", "a" * 255, "urn:app:id", "a b", "#"])
def test_what_can_be_one_is_looked_for(registry: Registry, aws: Recorder, client_id: str) -> None:
    """Visible ASCII up to 255 characters."""
    assert registry.client(client_id) is None
    assert aws.count() == {"GetItem": 1}


@pytest.mark.parametrize("client_id", ["https://app.example/id", "http://a", "https://"])
def test_a_url_is_nobody_where_no_documents_are_taken(
    registry: Registry, aws: Recorder, client_id: str
) -> None:
    """Nothing is read for one."""
    assert registry.client(client_id, current=True) is None
    assert aws.calls == []


A, B, C = "https://a.example", "https://b.example", "https://c.example"


@pytest.mark.parametrize(
    ("allowed", "asked", "found"),
    [
        (None, (), (A, B)),
        (None, (B,), (B,)),
        (None, (B, A), (B, A)),
        (None, (C,), ()),
        ((A,), (), (A,)),
        ((A, C), (), (A,)),
        ((A,), (A, B), (A,)),
        ((A,), (B,), ()),
        ((), (), ()),
        ((), (A,), ()),
    ],
)
def test_the_resources_a_client_may_name(
    registry: Registry,
    table: Table,
    allowed: tuple[str, ...] | None,
    asked: tuple[str, ...],
    found: tuple[str, ...],
) -> None:
    """Never one that is not allowed or not registered; none allowed is none at all."""
    register(table, A, B)
    client = replace(CLIENT, allowed_resources=allowed)
    assert registry.resources_of(client, asked) == tuple(resource(uri) for uri in found)


def test_the_list_of_resources_is_kept_for_a_minute(
    registry: Registry, table: Table, clock: Clock, aws: Recorder
) -> None:
    """A warm process asks nobody."""
    register(table, A)
    assert registry.resources_of(CLIENT, ()) == (resource(A),)
    aws.reset()
    register(table, B)
    clock.forward(FRESH - 1)
    assert registry.resources_of(CLIENT, ()) == (resource(A),)
    assert aws.count() == {"PutItem": 2}
    clock.forward(1)
    assert registry.resources_of(CLIENT, ()) == (resource(A), resource(B))


def test_reads_for_one_request_are_bounded(registry: Registry, aws: Recorder) -> None:
    """Anyone may ask for a thousand resources; each that is unknown costs a read."""
    registry.resources_of(CLIENT, tuple(f"urn:{n}" for n in range(1000)))
    assert aws.count() == {"GetItem": MOST_ASKED}
    aws.reset()
    many = replace(CLIENT, allowed_resources=tuple(f"urn:{n}" for n in range(1000)))
    registry.resources_of(many, ())
    assert aws.count() == {"GetItem": MOST_RESOURCES}


@pytest.mark.parametrize("registered", [A, f"{A}/"])
@pytest.mark.parametrize("asked", [A, f"{A}/", "HTTPS://A.Example:443"])
def test_a_host_alone_is_found_in_every_spelling(
    registry: Registry, table: Table, registered: str, asked: str
) -> None:
    """As it was registered, so that tokens name it as its servers expect. RFC 3986 6.2.3."""
    register(table, registered)
    assert registry.resource(asked) == resource(registered)
    client = replace(CLIENT, allowed_resources=(registered,))
    assert registry.resources_of(client, (asked,)) == (resource(registered),)


@pytest.mark.parametrize("asked", [f"{A}/x", f"{A}//", "http://a.example", "https://a.example:1"])
def test_another_path_or_port_is_another_resource(
    registry: Registry, table: Table, asked: str
) -> None:
    """Unless the resource covers what lies below it."""
    register(table, A)
    assert registry.resource(asked) is None


def family(table: Table, uri: str, **members: Any) -> Resource:
    """A resource that covers the paths below it."""
    made = replace(resource(uri), covers_subpaths=True, **members)
    table.put(made)
    for directory in ("resource", FAMILIES):
        table.put(DirectoryEntry(directory=directory, name=uri))
    return made


def member(of: Resource, uri: str) -> Resource:
    """What stands for a URI below it."""
    return replace(of, resource=uri, family=of.resource, name=f"{of.name} ({uri})")


def test_a_family_covers_the_paths_below(registry: Registry, table: Table) -> None:
    """Each under its own URI; what is registered on its own comes first, then what is nearest."""
    top, inner = family(table, A), family(table, f"{A}/x")
    register(table, f"{A}/y")
    assert registry.resource(A) == top
    assert registry.resource(f"{A}/z") == member(top, f"{A}/z")
    assert registry.resource(f"{A}/x") == inner
    assert registry.resource(f"{A}/x/1") == member(inner, f"{A}/x/1")
    assert registry.resource(f"{A}/xx") == member(top, f"{A}/xx")
    assert registry.resource(f"{A}/y") == resource(f"{A}/y")
    assert registry.resource(f"{A}/y/1") == member(top, f"{A}/y/1")
    assert registry.resource(f"{A}/../z") is None
    assert registry.resource("https://a.example.evil/z") is None


@pytest.mark.parametrize(
    ("allowed", "asked", "found"),
    [
        ((A,), f"{A}/x", True),
        ((f"{A}/x",), f"{A}/x", True),
        ((f"{A}/x",), f"{A}/y", False),
        ((f"{A}/x",), f"{A}/x/y", False),
        ((f"{A}/x",), A, False),
        ((B,), f"{A}/x", False),
        ((), f"{A}/x", False),
        (None, f"{A}/x", True),
    ],
)
def test_a_client_may_have_a_family_or_one_of_it(
    registry: Registry, table: Table, allowed: tuple[str, ...] | None, asked: str, found: bool
) -> None:
    """One that is registered for a single path gets no other."""
    family(table, A)
    client = replace(CLIENT, allowed_resources=allowed)
    assert [one.resource for one in registry.resources_of(client, (asked,))] == [asked] * found


def test_a_family_costs_a_warm_process_nothing(
    registry: Registry, table: Table, clock: Clock, aws: Recorder
) -> None:
    """And it ends with its minute, as everything that is kept."""
    top = family(table, A)
    registry.resource(f"{A}/x")
    aws.reset()
    registry.resource(f"{A}/x")
    assert aws.calls == []
    registry.resource(f"{A}/y")
    assert aws.count() == {"GetItem": 1}
    table.put(replace(top, covers_subpaths=False))
    clock.forward(FRESH)
    assert registry.resource(f"{A}/x") is None


def test_strangers_paths_cost_a_read_each(registry: Registry, table: Table, aws: Recorder) -> None:
    """However deep they are; and they push out nothing that is registered."""
    family(table, A)
    register(table, B)
    registry.resource(B)
    registry.resource(A)
    aws.reset()
    deep = tuple(f"{B}/{n}{'/x' * 200}" for n in range(1000))
    assert registry.resources_of(CLIENT, deep) == ()
    assert aws.count() == {"GetItem": MOST_ASKED, "Query": 1}
    for number in range(MOST_KEPT + 1):
        registry._members[f"{A}/{number}"] = (0, resource(A))
    registry.resource(f"{A}/x")
    aws.reset()
    registry.resource(B)
    assert aws.calls == []


def test_a_silent_table_is_no_unknown_client(
    registry: Registry, table: Table, clock: Clock, aws: Recorder
) -> None:
    """Nor does what was kept serve longer than its minute: it may have been revoked."""
    table.put(CLIENT)
    assert registry.client("c1") == CLIENT
    aws.faults.append(Fault("GetItem", "throttle"))
    clock.forward(FRESH)
    with pytest.raises(TemporarilyUnavailable):
        registry.client("c1")
