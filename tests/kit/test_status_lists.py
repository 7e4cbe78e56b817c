"""The kit and token status lists. draft-ietf-oauth-status-list-21 sections 4, 5.1, 6.2, 8.3."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from postern_verifier import StatusLists, Verifier
from postern_verifier.encoding import base64url, digest
from postern_verifier.errors import Refused
from postern_verifier.fetching import Answer
from postern_verifier.status_lists import MEDIA_TYPE
from tests import client_signatures as signatures
from tests import vectors
from tests.kit.issuer import ISSUER, NOW, OWNER, URL, FakeIssuer, bearer, token

URI = f"{ISSUER}/status-lists/0-ES256"
TTL = 60
VECTORS = vectors.load("status_list")


def packed(revoked: tuple[int, ...] = (), size: int = 800) -> str:
    """The `lst` of a list of one bit."""
    bits = bytearray(size // 8)
    for index in revoked:
        bits[index // 8] |= 1 << index % 8
    return base64url(zlib.compress(bytes(bits), 9))


def listed(revoked: tuple[int, ...] = (), /, **changes: Any) -> Answer:
    """A list that the issuer has signed; what is None is left out."""
    header = {"typ": "statuslist+jwt", **changes.pop("header", {})}
    alg, owner = changes.pop("alg", "ES256"), changes.pop("owner", OWNER)
    claims = {
        "iss": ISSUER,
        "sub": URI,
        "iat": NOW,
        "exp": NOW + 660,
        "ttl": TTL,
        "status_list": {"bits": 1, "lst": packed(revoked)},
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    text = signatures.jwt(kept, alg, owner, **header)
    return Answer(200, {"content-type": MEDIA_TYPE}, text.encode())


def of(index: object = 5, uri: object = URI, **changes: Any) -> str:
    """An access token with a place in a list."""
    return token(status={"status_list": {"idx": index, "uri": uri}}, **changes)


@pytest.fixture
def issuer() -> FakeIssuer:
    """An issuer with one list, of which index 7 is revoked."""
    issuer = FakeIssuer()
    issuer.documents[URI] = listed((7,))
    return issuer


def refusal(verifier: Verifier, text: str) -> str | None:
    """The name of the reason, None when the token is good."""
    try:
        verifier.check(bearer(text), "GET", URL)
    except Refused as refused:
        return type(refused).__name__
    return None


# What is refused, and what is not


@pytest.mark.parametrize("index", [800, 801, 10**12])
def test_an_index_outside_of_the_list_is_refused(issuer: FakeIssuer, index: int) -> None:
    """Section 8.3, step 6."""
    assert refusal(issuer.verifier(status_lists=StatusLists()), of(index)) == "NotActive"


def test_a_token_is_good_until_its_list_says_otherwise(issuer: FakeIssuer) -> None:
    """One call for a list and a time, however many tokens."""
    verifier = issuer.verifier(status_lists=StatusLists())
    assert [refusal(verifier, of(index)) for index in (0, 5, 7, 8, 799)] == [
        *(None, None, "NotActive", None, None)
    ]
    assert issuer.called(URI) == 1


@pytest.mark.parametrize(("status", "reason"), [(0, None), *((n, "NotActive") for n in (1, 2, 3))])
def test_every_status_but_valid_is_refused(
    issuer: FakeIssuer, status: int, reason: str | None
) -> None:
    """Suspended and unknown ones too: section 7.1."""
    lst = base64url(zlib.compress(bytes([status << 2])))
    issuer.documents[URI] = listed(status_list={"bits": 2, "lst": lst})
    assert refusal(issuer.verifier(status_lists=StatusLists()), of(1)) == reason


def test_a_token_without_a_place_is_refused_where_one_is_required(issuer: FakeIssuer) -> None:
    """It is, unless it is said otherwise."""
    assert refusal(issuer.verifier(status_lists=StatusLists()), token()) == "MissingClaim"
    lenient = issuer.verifier(status_lists=StatusLists(required=False))
    assert refusal(lenient, token()) is None
    assert refusal(lenient, of(7)) == "NotActive"


MALFORMED: list[object] = [
    *(None, [], "x", {}, {"status_list": []}, {"other": {"uri": URI}}),
    {"status_list": {"idx": 5}},
    {"status_list": {"uri": URI}},
    *({"status_list": {"idx": idx, "uri": URI}} for idx in (-1, "5", 5.0, True, None, 2**60)),
    *({"status_list": {"idx": 5, "uri": uri}} for uri in (None, 5, ["x"])),
]


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("status", MALFORMED, ids=json.dumps)
def test_a_malformed_place_is_refused(issuer: FakeIssuer, status: object, required: bool) -> None:
    """Section 6.2; it does not count as none."""
    header = {"typ": "at+jwt"}
    claims = {
        **{"iss": ISSUER, "sub": "alice", "aud": "https://api.example.com", "client_id": "app"},
        **{"scope": "read", "iat": NOW - 5, "exp": NOW + 600, "jti": "t1", "status": status},
    }
    text = signatures.jwt(claims, "ES256", OWNER, **header)
    verifier = issuer.verifier(status_lists=StatusLists(required=required))
    assert refusal(verifier, text) == "MalformedToken"


Change = Callable[[], Answer]
BAD: dict[str, Change] = {
    "another list's": lambda: listed(sub=f"{URI}1"),
    "no sub": lambda: listed(sub=None),
    "another issuer's": lambda: listed(iss="https://other.example.com"),
    "an access token": lambda: listed(header={"typ": "at+jwt"}),
    "no typ": lambda: listed(header={"typ": "JWT"}),
    "signed by another": lambda: listed(owner="client"),
    "not signed": lambda: listed(alg="none"),
    "no iat": lambda: listed(iat=None),
    "from the future": lambda: listed(iat=NOW + 60),
    "iat is text": lambda: listed(iat=str(NOW)),
    "expired": lambda: listed(exp=NOW - 60),
    "exp is text": lambda: listed(exp="never"),
    "ttl of nothing": lambda: listed(ttl=0),
    "ttl is negative": lambda: listed(ttl=-1),
    "ttl is text": lambda: listed(ttl="60"),
    "older than its ttl": lambda: listed(iat=NOW - TTL),
    "no list": lambda: listed(status_list=None),
    "a bomb": lambda: listed(status_list={"bits": 1, "lst": packed(size=10**8)}),
    "clients that are none": lambda: listed(revoked_clients=["app"]),
    "clients until text": lambda: listed(revoked_clients={"x": "always"}),
    "no JWT": lambda: Answer(200, {"content-type": MEDIA_TYPE}, b"nothing"),
    "no text": lambda: Answer(200, {"content-type": MEDIA_TYPE}, b"\xff\xfe"),
    "another media type": lambda: Answer(200, {"content-type": "text/html"}, listed().body),
    "not found": lambda: Answer(404, {}, b""),
    "moved": lambda: Answer(302, {"location": URI, "content-type": MEDIA_TYPE}, listed().body),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_list_that_is_not_good_says_nothing(issuer: FakeIssuer, change: Change) -> None:
    """503: it is not the client's fault, and nothing is accepted meanwhile. Section 8.3."""
    issuer.documents[URI] = change()
    verifier = issuer.verifier(status_lists=StatusLists())
    assert refusal(verifier, of(5)) == "StatusUnavailable"


def test_a_list_is_not_asked_about_a_token_that_is_bad_anyway(issuer: FakeIssuer) -> None:
    """Section 8.3: the token's own rules come first."""
    verifier = issuer.verifier(status_lists=StatusLists())
    assert refusal(verifier, of(7, exp=NOW - 60)) == "Expired"
    assert refusal(verifier, of(7, uri="http://evil.example.com/list")) == "StatusUnavailable"
    assert issuer.called(URI) == 0


def test_all_tokens_of_a_revoked_client_are_refused(issuer: FakeIssuer) -> None:
    """Those it was issued until then."""
    clients = {digest(b"app"): NOW - 5, digest(b"other"): NOW}
    issuer.documents[URI] = listed(revoked_clients=clients)
    verifier = issuer.verifier(status_lists=StatusLists())
    assert refusal(verifier, of(5, iat=NOW - 5)) == "NotActive"
    assert refusal(verifier, of(5, iat=NOW - 4)) is None


# Keeping


def test_a_list_is_renewed_before_its_time_is_over(issuer: FakeIssuer) -> None:
    """From half of its ttl on; so a revocation is seen sooner than it must be."""
    verifier = issuer.verifier(status_lists=StatusLists())
    assert refusal(verifier, of(5)) is None
    issuer.documents[URI] = listed((5,), iat=NOW + 30)
    issuer.clock.time = NOW + 29
    assert refusal(verifier, of(5)) is None
    issuer.clock.time = NOW + 30
    assert refusal(verifier, of(5)) == "NotActive"


def test_a_list_that_a_cache_had_kept_is_not_kept_longer_for_it(issuer: FakeIssuer) -> None:
    """Its time counts from when it was made."""
    issuer.clock.time = NOW + 59
    verifier = issuer.verifier(status_lists=StatusLists())
    assert refusal(verifier, of(5)) is None
    issuer.documents[URI] = listed((5,), iat=NOW + 60)
    issuer.clock.time = NOW + 60
    assert refusal(verifier, of(5)) == "NotActive"


@pytest.mark.parametrize(("oldest", "lasts"), [(None, TTL), (300, 300), (3600, 670)])
def test_while_the_issuer_is_down_a_list_serves_so_long(
    issuer: FakeIssuer, oldest: int | None, lasts: int
) -> None:
    """Its ttl, or what was set, and never after it has expired; then nothing is accepted."""
    verifier = issuer.verifier(status_lists=StatusLists(oldest=oldest))
    long = NOW + 10_000
    assert refusal(verifier, of(5, exp=long)) is None
    issuer.down = True
    issuer.clock.time = NOW + lasts - 1
    assert refusal(verifier, of(5, exp=long)) is None
    assert refusal(verifier, of(7, exp=long)) == "NotActive"
    issuer.clock.time = NOW + lasts
    assert refusal(verifier, of(5, exp=long)) in ("StatusUnavailable", "IssuerUnavailable")


def test_an_issuer_that_is_down_is_asked_seldom(issuer: FakeIssuer) -> None:
    """Once in five seconds for a list, and it is back as soon as it answers."""
    verifier = issuer.verifier(status_lists=StatusLists())
    del issuer.documents[URI]
    for _ in range(20):
        assert refusal(verifier, of(5)) == "StatusUnavailable"
    assert issuer.called(URI) == 1
    issuer.documents[URI] = listed()
    issuer.clock.time = NOW + 5
    assert refusal(verifier, of(5)) is None


def test_an_old_list_is_asked_for_once_a_second_at_most(issuer: FakeIssuer) -> None:
    """A cache that gives the same again does not make a call of each request."""
    issuer.clock.time = NOW + 50
    verifier = issuer.verifier(status_lists=StatusLists())
    for _ in range(20):
        assert refusal(verifier, of(5)) is None
    assert issuer.called(URI) == 1


def test_lists_in_memory_are_bounded(issuer: FakeIssuer) -> None:
    """The one used longest ago goes first."""
    uris = [f"{ISSUER}/status-lists/{number}-ES256" for number in range(3)]
    for uri in uris:
        issuer.documents[uri] = listed(sub=uri)
    verifier = issuer.verifier(status_lists=StatusLists(most=2))
    for uri in (uris[0], uris[1], uris[0], uris[2], uris[0], uris[1]):
        assert refusal(verifier, of(5, uri)) is None
    assert [issuer.called(uri) for uri in uris] == [1, 2, 1]


@pytest.mark.parametrize("settings", [{"most": 0}, {"most_bytes": 0}, {"oldest": 0}])
def test_settings_that_cannot_work_are_refused(settings: dict[str, int]) -> None:
    """When they are made."""
    with pytest.raises(ValueError, match="1 or more"):
        StatusLists(**settings)
