"""Who the user of an assertion is here: linked, found by address, or made.

OpenID Connect Core section 5.7, draft-ietf-oauth-identity-assertion-authz-grant section 3.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.administration import Refused, links, trusted_issuers, users
from chalicelib.records.user import User
from tests.flows import id_jags
from tests.flows.id_jags import IDP, bring, brought, signed
from tests.reply import Reply
from tests.reply import claims as claims_of
from tests.stage import CHEAPEST
from tests.world import World

DEMO = "demo@example.com"
BELIEVED = {"users": "email", "email_domains": ["example.com"]}
VERIFIED = {"email": DEMO, "email_verified": True}


@pytest.fixture(scope="module")
def _prepared(settled: World) -> None:
    id_jags.ready(settled)


@pytest.fixture
def world(_prepared: None, signed_in: World) -> World:
    """The module's server with an issuer that nobody is linked with."""
    id_jags.trust(signed_in)
    return signed_in


def demo(world: World) -> User:
    return users.find(DEMO, world.services)


def is_unknown(reply: Reply) -> None:
    """Whatever the reason, the client learns no more than this."""
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant"), reply.text
    words = "The user of the assertion is not known here."
    assert reply.json["error_description"] == words


def reasons(world: World) -> list[str]:
    return [event["reason"] for event in world.events("token.refused")]


def who(world: World, **changes: Any) -> str:
    """The local subject that an assertion gives a token for."""
    return str(claims_of(brought(world, signed(world, **changes))["access_token"])["sub"])


def test_who_is_not_linked_is_unknown(world: World) -> None:
    """Though the address would be right: the policy says linked."""
    is_unknown(bring(world, signed(world, **VERIFIED)))
    assert reasons(world) == ["not linked"]


def test_who_is_linked_is_that_user(world: World) -> None:
    """By iss and sub, whatever the address."""
    id_jags.link(world)
    assert who(world, email="other@example.com", email_verified=True) == demo(world).subject


def test_a_link_is_taken_back(world: World) -> None:
    """The very next assertion finds nobody."""
    id_jags.link(world)
    assert brought(world)
    links.unlink(demo(world), IDP, id_jags.SUBJECT, world.services)
    is_unknown(bring(world, signed(world)))


def test_a_link_is_of_one_issuer(world: World) -> None:
    """The same subject of another is somebody else."""
    other = id_jags.trust(world, "https://other-idp.example")
    id_jags.link(world)
    is_unknown(bring(world, signed(world, iss=other)))


def test_a_disabled_user_has_no_access(world: World) -> None:
    """And has it again when enabled, by a new assertion."""
    id_jags.link(world)
    user = users.create("dis@example.com", "password-1", {}, world.services, cost=CHEAPEST)
    links.link(user, IDP, "dis", world.services)
    world.clock.forward(1)
    assert brought(world, signed(world, sub="dis"))
    disabled = users.update(user, world.services, disabled=True)
    reply = bring(world, signed(world, sub="dis"))
    assert reply.json["error_description"] == "The user of the assertion has no access any more."
    users.update(disabled, world.services, disabled=False)
    world.clock.forward(1)
    assert brought(world, signed(world, sub="dis"))


def test_a_word_from_before_a_revocation_counts_no_more(world: World) -> None:
    """Everything was ended: what had been said by then as well."""
    user = users.create("rev@example.com", "password-1", {}, world.services, cost=CHEAPEST)
    links.link(user, IDP, "rev", world.services)
    world.clock.forward(1)
    token = signed(world, sub="rev")
    given = brought(world, signed(world, sub="rev"))["access_token"]
    users.revoke(user, world.services)
    assert bring(world, token).json["error"] == "invalid_grant"
    assert world.introspect(given, auth=id_jags.BROUGHT) == {"active": False}
    world.clock.forward(1)
    assert brought(world, signed(world, sub="rev"))


def test_a_deleted_user_takes_the_links_along(world: World) -> None:
    """Nothing of them is left."""
    user = users.create("del@example.com", "password-1", {}, world.services, cost=CHEAPEST)
    links.link(user, IDP, "deleted-one", world.services)
    before = len(world.items())
    users.delete("del@example.com", world.services)
    assert len(world.items()) == before - 6  # user, name, password, entry, and both sides of a link
    is_unknown(bring(world, signed(world, sub="deleted-one")))


def test_an_address_finds_its_user_once(world: World) -> None:
    """From then on iss and sub do, whatever becomes of the address."""
    id_jags.trust(world, **BELIEVED)
    assert who(world, **VERIFIED) == demo(world).subject
    (event,) = world.events("user.linked")
    assert (event["by"], event["issuer"]) == ("email", IDP)
    assert who(world, email="gone@example.com") == demo(world).subject
    assert len(world.events("user.linked")) == 1


@pytest.mark.parametrize("address", ["Demo@Example.com", "DEMO@example.com", "demo@EXAMPLE.COM"])
def test_an_address_in_other_letters(world: World, address: str) -> None:
    """As people write it when they sign in."""
    id_jags.trust(world, **BELIEVED)
    assert who(world, email=address, email_verified=True) == demo(world).subject


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"email": DEMO},
        {"email": DEMO, "email_verified": False},
        {"email": DEMO, "email_verified": "true"},
        {"email": DEMO, "email_verified": 1},
        {"email": [DEMO], "email_verified": True},
        {"email": "nobody@example.com", "email_verified": True},
        {"email": f" {DEMO}", "email_verified": True},
        {"email": f"{DEMO}\n", "email_verified": True},
        {"email": "demo@evil.example", "email_verified": True},
        {"email": "demo@example.com@evil.example", "email_verified": True},
        {"email": "demo@sub.example.com", "email_verified": True},
        {"email": "demo@example.com.", "email_verified": True},
        {"email": "\uff44emo@example.com", "email_verified": True},
        {"email": "demo@\uff45xample.com", "email_verified": True},
        {"email": "", "email_verified": True},
        {"email": "example.com", "email_verified": True},
        {"sub": DEMO},
    ],
    ids=str,
)
def test_an_address_that_finds_nobody(world: World, told: dict[str, Any]) -> None:
    """Not verified, of a domain that is not the issuer's, or only like the address of somebody."""
    id_jags.trust(world, **BELIEVED)
    is_unknown(bring(world, signed(world, **told)))


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "here@example.com"},
        {"email": "here@example.com", "email_verified": False},
        {"email": "other@example.com", "email_verified": True},
    ],
    ids=str,
)
def test_an_address_must_be_verified_here_as_well(world: World, claims: dict[str, Any]) -> None:
    """A name to sign in by may be anything: whoever took it need not have the address."""
    id_jags.trust(world, **BELIEVED)
    users.create("here@example.com", "password-1", claims, world.services, cost=CHEAPEST)
    try:
        is_unknown(bring(world, signed(world, email="here@example.com", email_verified=True)))
    finally:
        users.delete("here@example.com", world.services)


def test_an_unknown_user_is_made(world: World) -> None:
    """Once: with nothing but the address that the issuer is believed about; nobody can sign in."""
    id_jags.trust(world, users="create", email_domains=["example.com"])
    told = {"sub": "new-one", "email": "new@example.com", "email_verified": True}
    subject = who(world, **told)
    assert subject != demo(world).subject
    assert who(world, **told) == subject
    user = users.find(subject, world.services)
    assert user.claims == {"email": "new@example.com", "email_verified": True}
    assert user in tuple(users.list_all(world.services))
    assert [known.subject for known in links.of_user(user, world.services)] == ["new-one"]
    assert [event["sub"] for event in world.events("user.created")] == [subject]
    assert users.password_of(user, world.services) is None


def test_a_made_user_is_not_who_has_the_same_address(world: World) -> None:
    """To be made is not to be found; and of another domain's address nothing is kept."""
    id_jags.trust(world, users="create")
    subject = who(world, sub="like-demo", **VERIFIED)
    assert subject != demo(world).subject
    assert users.find(subject, world.services).claims == {}


def test_a_made_user_is_managed_as_any(world: World) -> None:
    """Disabled, and removed with all that came with the making."""
    id_jags.trust(world, users="create")
    before = len(world.items())
    subject = who(world, sub="short-lived")
    made = users.find(subject, world.services)
    users.update(made, world.services, disabled=True)
    assert bring(world, signed(world, sub="short-lived")).json["error"] == "invalid_grant"
    users.delete(subject, world.services)
    left = [item for item in world.items() if not item["pk"]["S"].startswith(("J#", "Q#"))]
    assert len(left) <= before


def test_a_linked_user_is_not_made_again(world: World) -> None:
    """What an operator has linked goes first."""
    id_jags.trust(world, users="create")
    id_jags.link(world)
    assert who(world) == demo(world).subject


def test_the_operator_is_told_what_cannot_be_linked(world: World) -> None:
    """One sentence each."""
    user = demo(world)
    for issuer, subject, reason in (
        ("https://unknown.example", "x", "there is no issuer"),
        (IDP, "", "sub: must be"),
        (IDP, "s" * 256, "sub: must be"),
        (IDP, "é", "sub: must be"),
    ):
        with pytest.raises(Refused, match=reason):
            links.link(user, issuer, subject, world.services)
    with pytest.raises(Refused, match="is not x of"):
        links.unlink(user, IDP, "x", world.services)


def test_a_subject_is_one_user(world: World) -> None:
    """Linking twice is no error; to another user it is."""
    id_jags.link(world)
    id_jags.link(world)
    other = users.create("two@example.com", "password-1", {}, world.services, cost=CHEAPEST)
    with pytest.raises(Refused, match="another user already"):
        links.link(other, IDP, id_jags.SUBJECT, world.services)
    assert tuple(links.of_user(other, world.services)) == ()
    assert who(world) == demo(world).subject
    users.delete("two@example.com", world.services)


def test_forgetting_an_issuer_leaves_its_users(world: World) -> None:
    """Without their links."""
    id_jags.link(world)
    trusted_issuers.delete(IDP, world.services)
    assert tuple(links.of_user(demo(world), world.services)) == ()
    assert not [
        item for item in world.items() if item["t"]["S"] in ("subject link", "link of user")
    ]
