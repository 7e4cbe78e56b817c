"""What any grant type proves, and the mint turns into tokens. A value, never stored."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..values import Frozen


class SignedIn(Frozen, kw_only=True):
    """What an ID token tells of the sign-in (OpenID Connect Core section 2).

    sid: the browser session, as this client knows it. claims: of the user, each asked for by name.
    """

    auth_time: int
    amr: tuple[str, ...]
    nonce: str | None
    acr: str | None = None
    sid: str | None = None
    claims: Mapping[str, object] = MappingProxyType({})


class HandedOn(Frozen, kw_only=True):
    """What an assertion for another server tells beside the rest (ID-JAG).

    client_id: the client, as that server knows it. email: a verified one, where it is to be told.
    """

    client_id: str
    resource: str
    amr: tuple[str, ...]
    email: str | None


class Authorization(Frozen, kw_only=True):
    """Who may do what where, for how long.

    audience: a resource's URI, or the issuer. lifetime: of the access token, in seconds.
    signing_mode: None takes the stage's.
    locator: names the grant to introspection; None where no user is behind it.
    user_subject: what the audit log calls the user; a client may know them by another name.
    id_token_alg: as the client has registered.
    confirmation: what the access token is bound to (`cnf`); None makes it a bearer token.
    auth_time, acr: of the sign-in behind it; None where no user is, or nothing is known.
    authorization_details: of its one audience (RFC 9396).
    listed: the access token is to have a place in a token status list; place: which, by the time it
    is made.
    signed_in: set when an ID token is due. exchangeable: it is one that token exchange takes.
    handed_on: set when no access token is due, but an assertion for the issuer in audience.
    """

    client_id: str
    subject: str
    scope: tuple[str, ...]
    audience: str
    signing_alg: str
    signing_mode: str | None
    lifetime: int
    locator: str | None = None
    user_subject: str | None = None
    id_token_alg: str = "RS256"
    confirmation: Mapping[str, str] | None = None
    auth_time: int | None = None
    acr: str | None = None
    authorization_details: tuple[Mapping[str, Any], ...] = ()
    listed: bool = False
    place: int | None = None
    refresh_token: str | None = None
    signed_in: SignedIn | None = None
    exchangeable: bool = False
    handed_on: HandedOn | None = None
