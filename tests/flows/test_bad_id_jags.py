"""Assertions about users that are not good: nothing given, nothing spent.

draft-ietf-oauth-identity-assertion-authz-grant section 4.4.1, RFC 7523 section 3, RFC 8725.
"""

from __future__ import annotations

import pytest

from chalicelib.administration import clients, resources, trusted_issuers
from chalicelib.protocol.grant_types import JWT_BEARER
from tests.client_signatures import jwks
from tests.flows import id_jags
from tests.flows.bad_id_jags import BAD
from tests.flows.id_jags import API, IDP, bring, brought, signed
from tests.reply import Reply
from tests.world import World

OTHER = "https://other-idp.example"
# An empty parameter is as none (RFC 6749 section 3.2).
MISSING = "nothing"


@pytest.fixture(scope="module")
def _prepared(settled: World) -> None:
    id_jags.ready(settled)
    id_jags.trust(settled, OTHER, jwks=jwks("other"))
    software = {"resources": None, "purposes": ["software_statement"]}
    id_jags.trust(settled, "https://software.example", **software)


@pytest.fixture
def world(_prepared: None, signed_in: World) -> World:
    """The module's server, which takes assertions."""
    return signed_in


def is_refused(reply: Reply, error: str = "invalid_grant") -> str:
    """With this error; the words."""
    assert (reply.status, reply.json["error"]) == (400, error), reply.text
    return str(reply.json["error_description"])


def test_the_table_is_long() -> None:
    """And its lines have names of their own."""
    assert len(BAD) > 130


@pytest.mark.parametrize("name", [name for name in BAD if name != MISSING])
def test_a_bad_assertion_gives_nothing(world: World, name: str) -> None:
    """Its client is told, by words that are this grant's, and nothing is written or signed."""
    token = BAD[name](world)
    world.aws.reset()
    words = is_refused(bring(world, token))
    assert "ssertion" in words or "bound" in words
    assert world.writes() == []
    assert "Sign" not in world.aws.count()


def test_no_assertion_is_no_request(world: World) -> None:
    """RFC 6749 section 5.2."""
    for form in ({}, {"assertion": ""}):
        reply = world.post("/token", {"grant_type": JWT_BEARER, **form}, auth=id_jags.BROUGHT)
        is_refused(reply, "invalid_request")


def test_two_assertions_are_one_too_many(world: World) -> None:
    """RFC 6749 section 3.2."""
    pairs = [("grant_type", JWT_BEARER), ("assertion", signed(world)), ("assertion", "x.y.z")]
    is_refused(world.post("/token", pairs, auth=id_jags.BROUGHT), "invalid_request")


@pytest.mark.parametrize(
    ("resource", "more"),
    [
        ("https://unknown.example", {}),
        (f"{API}/v2", {}),
        ("urn:example:api", {}),
        (API, {"resource": "https://other.example"}),
        (API, {"resource": f"{API}/v2"}),
        (API, {"resource": "https://id.example.com"}),
        ("https://id.example.com", {}),
        (["https://a.example", "https://b.example"], {}),
    ],
)
def test_a_resource_that_is_not_served(
    world: World, resource: object, more: dict[str, str]
) -> None:
    """RFC 8707 section 2: it is the target that is wrong."""
    is_refused(bring(world, signed(world, resource=resource), **more), "invalid_target")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("read", "write"),
        ("read", "read write"),
        ("fly", None),
        ("openid profile", None),
        ("read", "openid"),
        ("read", "read  write"),
        (None, "fly"),
    ],
)
def test_a_scope_that_is_too_much(world: World, said: str | None, asked: str | None) -> None:
    """More than the assertion says, or nothing that its issuer may give."""
    more = {} if asked is None else {"scope": asked}
    is_refused(bring(world, signed(world, scope=said), **more), "invalid_scope")


def test_a_resource_that_the_client_may_not_use(world: World) -> None:
    """Whatever its issuer says."""
    kept_away = id_jags.register(world, "kept-away", allowed_resources=[])
    token = signed(world, client_id="kept-away")
    is_refused(bring(world, token, auth=kept_away), "invalid_target")


def test_a_resource_that_the_issuer_has_no_say_about(world: World) -> None:
    """Though it is served here."""
    files = "https://files.example.com"
    resources.create({"resource": files, "scopes": {"read": "Look"}}, world.services)
    is_refused(bring(world, signed(world, resource=files)), "invalid_target")
    is_refused(bring(world, signed(world, resource=[files, API]), resource=files), "invalid_target")
    assert brought(world, signed(world, resource=[files, API]), resource=API)


def change(world: World, **members: object) -> None:
    """Change the issuer."""
    trusted_issuers.update(IDP, members, world.services)
    world.restart()


@pytest.fixture
def policy(world: World) -> World:
    """An issuer whose policy is the test's to change: its own from the start."""
    id_jags.trust(world)
    id_jags.link(world)
    return world


def test_scopes_of_the_policy_are_all_that_counts(policy: World) -> None:
    """Each resource has its own."""
    change(policy, resources={API: ["read"]})
    assert brought(policy)["scope"] == "read"
    is_refused(bring(policy, signed(policy, scope="write")), "invalid_scope")
    # Asked for within what the assertion says: less is given, and told.
    assert brought(policy, scope="read write")["scope"] == "read"


@pytest.mark.parametrize(
    ("named", "good"), [([], False), (["demoweb"], False), (["bringer"], True)]
)
def test_which_clients_may_bring_them(policy: World, named: list[str], good: bool) -> None:
    """Those that are named, where any are."""
    change(policy, clients=named)
    reply = bring(policy, signed(policy))
    assert (reply.status == 200) is good
    if not good:
        assert is_refused(reply) == "This client may not bring assertions of this issuer."


def test_public_clients_only_where_the_policy_says_so(policy: World) -> None:
    """Draft section 8.1: for confidential clients, mostly."""
    keyless = {"token_endpoint_auth_method": "none", "client_secret": None}
    id_jags.register(policy, "public", **keyless)
    token = signed(policy, client_id="public")
    is_refused(bring(policy, token, auth=None, client_id="public"))
    change(policy, public_clients=True)
    assert brought(policy, token, auth=None, client_id="public")


def test_only_the_algorithms_of_the_policy(policy: World) -> None:
    """Where it names some."""
    change(policy, algs=["RS256"])
    is_refused(bring(policy, signed(policy)))
    assert brought(policy, signed(policy, alg="RS256"))


def test_an_issuer_that_is_trusted_no_more(policy: World) -> None:
    """Its keys are still good, its word is not; and its users are forgotten."""
    token = signed(policy)
    trusted_issuers.delete(IDP, policy.services)
    policy.restart()
    assert is_refused(bring(policy, token)) == "The issuer of the assertion is not trusted here."
    id_jags.trust(policy)
    is_refused(bring(policy, token))
    id_jags.link(policy)
    assert brought(policy, token)


def test_keys_that_were_replaced(policy: World) -> None:
    """What the old ones signed is nobody's word."""
    token = signed(policy)
    change(policy, jwks=jwks("idp-two"))
    is_refused(bring(policy, token))
    assert brought(policy, signed(policy, owner="idp-two"))


def test_a_client_that_was_revoked(policy: World) -> None:
    """An assertion from before does not bring back what was ended."""
    ended = id_jags.register(policy, "ended")
    token = signed(policy, client_id="ended")
    clients.revoke("ended", policy.services)
    policy.restart()
    is_refused(bring(policy, token, auth=ended))
    policy.clock.forward(1)
    assert brought(policy, signed(policy, client_id="ended"), auth=ended)
