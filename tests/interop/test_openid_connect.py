"""OpenID Connect with openid-client: what it checks itself, and what it then tells the application.

It throws unless signature, iss, aud, exp, nonce, auth_time, at_hash and the subject of /userinfo
are right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from chalicelib.administration import users
from tests.chromium import Person
from tests.interop.relying_party import Node, RelyingParty, relying_party
from tests.interop.secure import SecureServer
from tests.real import People
from tests.receiver import Receiver
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.node]

CLAIMS = {"name": "Ann Example", "given_name": "Ann", "email": "ann@example.com"}
BY_NAME = {
    "userinfo": {"given_name": {"essential": True}, "phone_number": None},
    "id_token": {"email": None},
}
Party = Callable[..., RelyingParty]


@pytest.fixture
def party(node: Node, running: Running, receiver: Receiver) -> Iterator[Party]:
    """Makes a relying party with some metadata, at a receiver of its own if one is given."""
    with ExitStack() as parties:
        yield lambda other=receiver, **metadata: parties.enter_context(
            relying_party(node, running, other, **metadata)
        )


@pytest.mark.parametrize(
    ("asked", "id_token", "userinfo"),
    [
        pytest.param({}, {}, {}, id="openid"),
        pytest.param({"scope": "openid profile"}, {}, {"name", "given_name"}, id="scope"),
        pytest.param({"claims": json.dumps(BY_NAME)}, {"email"}, {"given_name"}, id="claims"),
    ],
)
def test_claims_are_those_that_were_asked_for(
    running: Running,
    party: Party,
    person: Person,
    asked: dict[str, str],
    id_token: set[str],
    userinfo: set[str],
) -> None:
    """By scope at /userinfo, by name where the claims parameter wants them, and no others."""
    answer = party().sign_in(person, running.user(**CLAIMS), parameters=asked)
    assert set(answer["claims"]) & set(CLAIMS) == set(id_token)
    assert set(answer["userinfo"]) == {"sub", *userinfo}
    known = {**answer["claims"], **answer["userinfo"]}
    assert all(known[name] == CLAIMS[name] for name in {*id_token, *userinfo})


@pytest.mark.parametrize(
    ("member", "chosen"),
    [
        ("id_token_signed_response_alg", "ES256"),
        ("id_token_signed_response_alg", "PS256"),
        ("id_token_signed_response_alg", "Ed25519"),
        ("userinfo_signed_response_alg", "ES256"),
    ],
)
def test_client_chooses_the_signature(
    running: Running, party: Party, person: Person, member: str, chosen: str
) -> None:
    """The library takes no other algorithm than the registered one, and checks it by our keys."""
    answer = party(**{member: chosen}).sign_in(
        person, running.user(**CLAIMS), parameters={"scope": "openid email"}
    )
    assert answer["userinfo"]["email"] == CLAIMS["email"]
    alg = jwt.get_unverified_header(answer["tokens"]["id_token"])["alg"]
    of_id_token = member.startswith("id_token")
    assert alg == (chosen if of_id_token else "RS256")
    # A signed answer says for whom it is, and openid-client takes no other for a signed one.
    assert ("aud" in answer["userinfo"]) is not of_id_token


def test_form_post(running: Running, party: Party, person: Person) -> None:
    """The library reads the posted answer, iss and state among it."""
    asked = {"response_mode": "form_post"}
    answer = party().sign_in(person, running.user(), parameters=asked)
    assert answer["claims"]["sub"] == answer["userinfo"]["sub"]


def test_sign_in_is_as_old_as_the_client_wants(
    running: Running, party: Party, person: Person
) -> None:
    """max_age: within it nobody is asked; max_age=0 asks again, and auth_time does not go back."""
    client, username = party(), running.user()
    first = client.sign_in(person, username, maxAge=600)
    same = client.go(person, maxAge=600)
    again = client.sign_in(person, username, maxAge=0)
    assert same["claims"]["auth_time"] == first["claims"]["auth_time"]
    assert again["claims"]["auth_time"] >= first["claims"]["auth_time"]
    assert again["claims"]["sid"] == first["claims"]["sid"]


def test_silent_sign_in_and_logout(running: Running, party: Party, person: Person) -> None:
    """prompt=none fails, works, and fails again after buildEndSessionUrl has led back with state.

    The refresh token of the session has ended with it.
    """
    client, silently = party(), {"prompt": "none"}
    assert client.go(person, parameters=silently) == {"error": "login_required"}
    first = client.sign_in(person, running.user())
    second = client.go(
        person, parameters={**silently, "id_token_hint": first["tokens"]["id_token"]}
    )
    same = ("sub", "auth_time", "sid")
    assert [second["claims"][name] for name in same] == [first["claims"][name] for name in same]
    client.receiver.calls.clear()
    person.open(second["end"])
    person.arrive(client.receiver.redirect_uri)
    assert parse_qs(urlsplit(person.page.url).query) == {"state": ["after logout"]}
    assert client.go(person, parameters=silently) == {"error": "login_required"}
    assert client.refresh(first["tokens"]) == {"error": "invalid_grant"}


def test_pairwise_subjects(running: Running, party: Party, people: People, certified: Path) -> None:
    """Each host knows a user by a sub of its own, in ID token and userinfo alike."""
    person, username = people(ignore_https_errors=True), running.user()
    subjects = []
    with ExitStack() as servers:
        for host in ("127.0.0.1", "127.0.0.1", "localhost"):
            server = servers.enter_context(SecureServer(certified))
            receiver = Receiver(server.url.replace("127.0.0.1", host))
            server.start(receiver)
            client = party(receiver, subject_type="pairwise")
            answer = client.go(person) if subjects else client.sign_in(person, username)
            assert answer["userinfo"]["sub"] == answer["claims"]["sub"]
            subjects.append(answer["claims"]["sub"])
    first, same, other = subjects
    assert first == same
    assert len({first, other, users.find(username, running.services).subject}) == 3
