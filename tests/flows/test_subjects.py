"""Whom a client knows a user as: public, or pairwise by its sector. OpenID Connect Core 8."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest

from chalicelib import subjects
from chalicelib.administration import Refused, clients
from chalicelib.aws.log import Log
from chalicelib.records.client import Client
from chalicelib.records.user import User, user_key
from chalicelib.registration import InvalidMetadata
from chalicelib.services import Services
from chalicelib.values import replace
from tests.document_host import Documents
from tests.reply import claims
from tests.world import World

SHOP, NEWS = "https://shop.example/cb", "https://news.example/cb"
DOCUMENT = "https://sectors.example/shop.json"
PAIRWISE = {"grant_types": ["authorization_code", "refresh_token"], "subject_type": "pairwise"}


class Shops:
    """The module's server, and its operator's services: a document of two clients is there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.documents = Documents({DOCUMENT: [SHOP, NEWS, "https://more.example/cb"]})
        self.operator = Services(
            world.settings,
            lambda: world.services.client,
            now=world.clock,
            log=Log(world.log),
            fetcher=self.documents,
        )

    def register(self, client_id: str, **members: Any) -> Client:
        """A pairwise client, in the place of one that was there before."""
        secret = {"client_id": client_id, "client_secret": f"{client_id}-secret"}
        with suppress(Refused):
            clients.delete(client_id, self.operator)
        made, _ = clients.create({**PAIRWISE, **secret, **members}, self.operator)
        self.world.clock.forward(1)
        self.world.restart()
        return made

    def tokens(self, client_id: str, redirect_uri: str) -> dict[str, Any]:
        """The tokens of the module's user at a client."""
        asked = {"client_id": client_id, "redirect_uri": redirect_uri}
        code = self.world.code(scope="openid offline_access", **asked)
        auth = (client_id, f"{client_id}-secret")
        reply = self.world.redeem(code, auth=auth, redirect_uri=redirect_uri)
        assert reply.status == 200, reply.text
        return reply.json

    def sub(self, client_id: str, redirect_uri: str) -> str:
        """Whom the client gets to know."""
        return str(claims(self.tokens(client_id, redirect_uri)["id_token"])["sub"])

    def user(self) -> User:
        """The user, as the server knows them."""
        (item,) = (item for item in self.world.items() if item["sk"]["S"] == "U")
        found = self.world.services.table.get(User, user_key(item["u"]["S"]))
        assert found is not None
        return found


@pytest.fixture
def shops(signed_in: World) -> Shops:
    """The module's server, whose user is signed in."""
    return Shops(signed_in)


def test_clients_of_one_sector_agree_and_of_two_do_not(shops: Shops) -> None:
    """By the host of their redirect URIs; none of them learns the public subject."""
    shops.register("shop", redirect_uris=[SHOP])
    shops.register("shop-app", redirect_uris=["https://shop.example:8443/app"])
    shops.register("news", redirect_uris=[NEWS])
    shop = shops.sub("shop", SHOP)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", shop)
    assert shops.sub("shop-app", "https://shop.example:8443/app") == shop
    news = shops.sub("news", NEWS)
    public = claims(shops.world.tokens(scope="openid", nonce="n")["id_token"])["sub"]
    assert len({shop, news, public}) == 3


def test_a_sector_document_joins_hosts(shops: Shops) -> None:
    """Core section 8.1: its own host is the sector."""
    shops.register("shop", redirect_uris=[SHOP], sector_identifier_uri=DOCUMENT)
    shops.register("news", redirect_uris=[NEWS], sector_identifier_uri=DOCUMENT)
    assert shops.sub("shop", SHOP) == shops.sub("news", NEWS)


def test_everything_tells_the_same_subject(shops: Shops) -> None:
    """ID token, access token, UserInfo, both introspections, and whatever comes of a refresh."""
    shops.register("shop", redirect_uris=[SHOP])
    auth = ("shop", "shop-secret")
    answer = shops.tokens("shop", SHOP)
    again = shops.world.refresh(answer["refresh_token"], auth=auth).json
    told = {
        claims(answer["id_token"])["sub"],
        claims(answer["access_token"])["sub"],
        claims(again["access_token"])["sub"],
        shops.world.userinfo(answer["access_token"]).json["sub"],
        shops.world.introspect(answer["access_token"], auth)["sub"],
        shops.world.introspect(again["refresh_token"], auth)["sub"],
    }
    assert len(told) == 1


def test_nothing_tells_the_internal_key_or_the_public_subject(shops: Shops) -> None:
    """In no token, and in no other answer."""
    shops.register("shop", redirect_uris=[SHOP])
    answer = shops.tokens("shop", SHOP)
    user = shops.user()
    said = f"{answer} {claims(answer['id_token'])} {claims(answer['access_token'])}"
    assert user.user_id not in said
    assert user.subject not in said


def test_the_audit_log_names_the_user(shops: Shops) -> None:
    """By the one name that an operator can look for."""
    shops.register("shop", redirect_uris=[SHOP])
    shops.tokens("shop", SHOP)
    (event,) = shops.world.events("token.issued")
    assert event["sub"] == shops.user().subject


def test_another_stage_has_other_subjects(shops: Shops) -> None:
    """They hang on the salt of the stage's keyring, and on nothing that can be guessed."""
    client = shops.register("shop", redirect_uris=[SHOP])
    user = shops.user()
    here = subjects.of(user, client, shops.world.services)
    shops.world.restart()
    assert subjects.of(user, client, shops.world.services) == here
    other = World(shops.world.endpoint, shops.world.aws, {})
    assert subjects.of(user, client, other.services) != here
    other.close()


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "this machine": (
        {"redirect_uris": [SHOP], "sector_identifier_uri": "https://127.0.0.1/uris"},
        Refused,
        "public host name",
    ),
    "another port": (
        {"redirect_uris": [SHOP], "sector_identifier_uri": "https://s.example:8443/uris"},
        Refused,
        "public host name",
    ),
    "several hosts": ({"redirect_uris": [SHOP, NEWS]}, InvalidMetadata, "have several hosts"),
    "a loopback": ({"redirect_uris": ["http://127.0.0.1/cb"]}, InvalidMetadata, "name no host"),
    "an app": (
        {"redirect_uris": ["com.example.a:/cb"], "application_type": "native"},
        InvalidMetadata,
        "name no host",
    ),
    "a machine": (
        {"grant_types": ["client_credentials"], "scope": "read"},
        InvalidMetadata,
        "name no host",
    ),
    "no document": (
        {"redirect_uris": [SHOP], "sector_identifier_uri": "https://a.example/none"},
        Refused,
        "sector_identifier_uri: the answer is 404",
    ),
    "no array": (
        {"redirect_uris": [SHOP], "sector_identifier_uri": "https://a.example/object"},
        Refused,
        "is no JSON array",
    ),
    "not named": (
        {"redirect_uris": [SHOP, "https://b.example/cb"], "sector_identifier_uri": DOCUMENT},
        Refused,
        "does not name https://b.example/cb",
    ),
    "not named, public": (
        {
            "redirect_uris": ["https://b.example/cb"],
            "sector_identifier_uri": DOCUMENT,
            "subject_type": "public",
        },
        Refused,
        "does not name https://b.example/cb",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_sector_must_be_proved(shops: Shops, name: str) -> None:
    """Or a client could join another's sector, and learn whom it knows."""
    members, kind, reason = REFUSED[name]
    shops.documents.documents["https://a.example/object"] = {SHOP: True}
    with pytest.raises(kind, match=reason):
        shops.register("odd", **members)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_type": "public"},
        {"redirect_uris": [NEWS]},
        {"sector_identifier_uri": DOCUMENT},
    ],
)
def test_subjects_are_for_ever(shops: Shops, changes: dict[str, Any]) -> None:
    """A change that would make every user a stranger is refused."""
    shops.register("shop", redirect_uris=[SHOP])
    with pytest.raises(Refused, match="would know every user by another sub"):
        clients.update("shop", changes, shops.operator)


def test_a_change_within_the_sector_is_none(shops: Shops) -> None:
    """Another path on the same host; and a document may take over where its host is the same."""
    shops.register("shop", redirect_uris=[SHOP])
    before = shops.sub("shop", SHOP)
    clients.update("shop", {"redirect_uris": [SHOP, f"{SHOP}/2"]}, shops.operator)
    uri = "https://shop.example/sector.json"
    shops.documents.documents[uri] = [SHOP, f"{SHOP}/2"]
    clients.update("shop", {"sector_identifier_uri": uri}, shops.operator)
    shops.world.restart()
    assert shops.sub("shop", SHOP) == before


def test_the_document_is_read_when_it_matters(shops: Shops) -> None:
    """Not for another name; again for another redirect URI, which it must name."""
    uri = "https://shop.example/sector.json"
    shops.documents.documents[uri] = [SHOP]
    shops.register("shop", redirect_uris=[SHOP], sector_identifier_uri=uri)
    del shops.documents.documents[uri]
    clients.update("shop", {"client_name": "Shop"}, shops.operator)
    with pytest.raises(Refused, match="the answer is 404"):
        clients.update("shop", {"redirect_uris": [SHOP, f"{SHOP}/2"]}, shops.operator)


def test_users_of_one_sector_differ(shops: Shops) -> None:
    """And no two of them share a name."""
    client = shops.register("shop", redirect_uris=[SHOP])
    user = shops.user()
    both = (user, replace(user, user_id=f"{user.user_id}a"))
    assert len({subjects.of(one, client, shops.world.services) for one in both}) == 2
