"""Request objects that are not good: told where it is safe, nothing stored, nothing fetched.

RFC 9101 sections 6, 7 and 10, RFC 8725 sections 2 and 3.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.client_signatures import jwks, jwt, private_key, public_jwk
from tests.flows import objects
from tests.flows.bad_request_objects import BAD, changed, error_of, headed
from tests.flows.objects import ask, claims, register
from tests.reply import Reply
from tests.world import REDIRECT, World


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    register(settled)
    register(settled, "sister", jwks=jwks("sister"))
    register(settled, "pss", request_object_signing_alg="PS256")
    register(settled, "open", request_object_signing_alg="none")


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server."""
    return signed_in


def test_the_table_is_long() -> None:
    """And each line of it starts from what would be good."""
    assert len(BAD) > 50


def test_what_the_table_starts_from_is_good(world: World) -> None:
    """Or every line would be refused for another reason than its own."""
    for make in (changed(), changed("RS256"), changed("PS256"), headed(typ="JWT"), headed(jwk={})):
        reply = ask(world, request=make(world))
        assert "error" not in parse_qs(urlsplit(reply.header("Location") or "").query)
        assert reply.status in (200, 303)


def is_a_page(reply: Reply, error: str) -> None:
    """Status 400, a page, no way out."""
    assert reply.status == 400
    assert reply.is_page
    assert reply.header("Location") is None
    assert reply.page.refresh is None
    assert reply.page.forms == {}
    assert reply.headers_of("Set-Cookie") == []
    assert error in reply.page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_object_is_told_to_the_user_only(world: World, name: str, method: str) -> None:
    """Where nothing but the object says a redirect URI; nothing is written."""
    token = BAD[name](world)
    world.aws.reset()
    is_a_page(ask(world, method, request=token), error_of(name))
    assert world.writes() == []


@pytest.mark.parametrize("name", BAD)
def test_the_client_is_told_at_its_own_redirect_uri(world: World, name: str) -> None:
    """Where one of its own stands outside, with the state that stands there."""
    token = BAD[name](world)
    world.aws.reset()
    beside = {"redirect_uri": REDIRECT, "state": "outside"}
    location = ask(world, request=token, **beside).header("Location") or ""
    assert location.startswith(f"{REDIRECT}?error={error_of(name)}&")
    told = parse_qs(urlsplit(location).query)
    assert (told["state"], told["iss"]) == (["outside"], [world.issuer])
    assert world.writes() == []


@pytest.mark.parametrize(
    "name", ["a stranger's key", "an unsigned one", "another client_id", "expired", "five parts"]
)
@pytest.mark.parametrize(
    "redirect_uri", ["https://evil.example/", f"{REDIRECT}/", "x", "javascript:alert(1)"]
)
def test_nobody_is_told_at_anothers(world: World, name: str, redirect_uri: str) -> None:
    """A page."""
    token = BAD[name](world)
    is_a_page(ask(world, request=token, redirect_uri=redirect_uri), error_of(name))


def test_a_good_object_leads_nowhere_that_is_not_registered(world: World) -> None:
    """Signed or not; the registered one outside does not count."""
    token = objects.signed(world, redirect_uri="https://evil.example/")
    is_a_page(ask(world, request=token, redirect_uri=REDIRECT), "invalid_request")


@pytest.mark.parametrize(
    "beside", [{}, {"redirect_uri": REDIRECT}, {"redirect_uri": "https://e.x/"}]
)
def test_an_unknown_client_is_told_nothing(world: World, beside: dict[str, str]) -> None:
    """However good its object."""
    token = objects.signed(world, "nobody")
    is_a_page(ask(world, client_id="nobody", request=token, **beside), "invalid_request")


def test_without_a_client_id_outside_it_is_a_page(world: World) -> None:
    """RFC 9101 section 5: required, and the one inside does not stand in for it."""
    reply = world.get("/authorize", request=objects.signed(world), redirect_uri=REDIRECT)
    is_a_page(reply, "invalid_request")


def test_a_client_without_keys_signs_nothing(world: World) -> None:
    """Whoever signed it."""
    token = jwt(claims(world, "demoweb"))
    is_a_page(ask(world, client_id="demoweb", request=token), "invalid_request_object")


@pytest.mark.parametrize("alg", ["RS256", "ES256", "Ed25519", "EdDSA", "none"])
def test_only_the_registered_algorithm_will_do(world: World, alg: str) -> None:
    """Though the client has keys for the others as well."""
    token = objects.signed(world, "pss", alg=alg)
    is_a_page(ask(world, client_id="pss", request=token), "invalid_request_object")


def test_an_unsigned_object_has_no_signature(world: World) -> None:
    """RFC 7518 section 3.6."""
    token = jwt(claims(world, "open"), "none") + "AA"
    is_a_page(ask(world, client_id="open", request=token), "invalid_request_object")


def test_several_keys_and_no_kid_are_too_few_words(world: World) -> None:
    """OpenID Connect Core section 10.1."""
    key = public_jwk(private_key("EC", "stranger"), kid="second")
    register(world, "rich", jwks={"keys": [*jwks()["keys"], key]})
    good = objects.signed(world, "rich")
    vague = objects.signed(world, "rich", header={"kid": None})
    assert ask(world, client_id="rich", request=good).status in (200, 303)
    is_a_page(ask(world, client_id="rich", request=vague), "invalid_request_object")


@pytest.mark.parametrize(
    "more",
    [
        [("request", "a.b.c")],
        [("state", "a"), ("state", "b")],
        [("client_id", "sister")],
        [("request_uri", "https://client.example/r")],
        [("unknown", "a"), ("unknown", "b")],
    ],
    ids=str,
)
def test_nothing_comes_twice_and_no_object_beside_another(
    world: World, more: list[tuple[str, str]]
) -> None:
    """RFC 6749 section 3.1, RFC 9101 section 5: the outer request is well formed as well."""
    pairs = [("client_id", "signer"), ("request", objects.signed(world)), *more]
    is_a_page(world.request("GET", f"/authorize?{urlencode(pairs)}"), "invalid_request")


def test_the_log_holds_no_object(world: World) -> None:
    """Nor what it says of itself; the reason is there, for the operator."""
    token = objects.signed(world, aud="https://other.example", login_hint="person@example.com")
    ask(world, request=token, redirect_uri=REDIRECT)
    log = world.log.getvalue()
    assert "The aud of the request object" in log
    assert token not in log
    assert "person@example.com" not in log
