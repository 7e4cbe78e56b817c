"""Our own tokens, checked here without a call. RFC 9068 section 4, RFC 8725, Core section 3.1.2.1.

A type is never taken for another: access tokens open things, ID tokens are hints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .protocol import handle, jwt, signature
from .records.client import Client
from .records.grant import Grant, grant_key
from .records.seen_once import SeenOnce, revoked_access_token
from .records.session_mark import SessionMark, session_mark
from .records.user import User, user_key
from .services import Services
from .tokens import ACCESS_TOKEN, ID_TOKEN, LOCATOR
from .values import Frozen


class AccessToken(Frozen):
    """A genuine, unexpired access token. Whether it was revoked is `is_active`'s to say."""

    claims: Mapping[str, Any]

    @property
    def client_id(self) -> str:
        """The client it was issued to."""
        return str(self.claims["client_id"])

    @property
    def confirmation(self) -> Mapping[str, str]:
        """What it is bound to; nothing for a bearer token. Who takes it must see that shown."""
        bound: Mapping[str, str] = self.claims.get("cnf", {})
        return bound

    @property
    def place(self) -> int | None:
        """Where a token status list says whether it was revoked; None where none does."""
        if "status" not in self.claims:
            return None
        from .protocol import status_list

        return status_list.place_of(self.claims["status"])

    def of(self, services: Services) -> tuple[str, str] | None:
        """The user and the grant that it was made from; None where no user is behind it."""
        return handle.read_locator(str(self.claims.get(LOCATOR, "")), services.keyring.salt)

    @property
    def revocation(self) -> SeenOnce:
        """The mark that says that it was revoked."""
        return revoked_access_token(self.claims["jti"], self.claims["exp"])


def access_token(text: str, services: Services) -> AccessToken | None:
    """The access token in a string, or None for anything that is not a living one of ours."""
    claims = _signed_by_us(text, ACCESS_TOKEN, services)
    if claims is None or services.now() >= claims["exp"]:
        return None
    return AccessToken(claims)


class IDToken(Frozen):
    """An ID token of ours, also an expired one: it proves whom a client once was told of."""

    claims: Mapping[str, Any]

    @property
    def client_id(self) -> str:
        """The client it was issued to."""
        return str(self.claims["aud"])

    @property
    def subject(self) -> str:
        """The user, as that client knows them."""
        return str(self.claims["sub"])

    def of(self, services: Services) -> tuple[str, str] | None:
        """The user and the grant that it was made from; None where it does not tell."""
        return handle.read_locator(str(self.claims.get(LOCATOR, "")), services.keyring.salt)

    def was_issued_to(self, client: Client) -> bool:
        """Whether it is this client's, and not a removed one's whose name it has taken over."""
        issued_at: int = self.claims["iat"]
        return self.client_id == client.client_id and issued_at >= client.created_at


def id_token(text: str, services: Services) -> IDToken | None:
    """The ID token in an `id_token_hint`, or None for anything that is none of ours.

    One that has expired will do (RP-Initiated Logout section 2), until its key is dropped.
    """
    claims = _signed_by_us(text, ID_TOKEN, services)
    # Of all that is signed under this typ, only an ID token tells when the user signed in.
    if claims is None or not {"sub", "aud", "exp", "iat", "auth_time"} <= claims.keys():
        return None
    return IDToken(claims)


def _signed_by_us(text: str, typ: str, services: Services) -> Mapping[str, Any] | None:
    """The claims of a token that we signed, of one type; the signature is checked last."""
    try:
        token = jwt.parse(text)
    except jwt.MalformedToken:
        return None
    if token.header.get("typ") != typ or "crit" in token.header:
        return None
    if token.claims.get("iss") != services.settings.issuer:
        return None
    key = services.keyring.find(token.header.get("kid"))
    if key is None or token.header.get("alg") != key.alg:
        return None
    if not signature.verify(key.alg, key.jwk, token.signing_input, token.signature):
        return None
    # We signed it, so the members have the types that tokens.py gave them.
    return token.claims


def is_active(token: AccessToken, services: Services) -> bool:
    """Whether its user, its grant and the token itself still stand: one read."""
    if LOCATOR in token.claims:
        return behind(token, services) is not None
    (revoked,) = services.table.get_all((SeenOnce, token.revocation.key))
    return revoked is None and _standing_client(token, token.claims["iat"], services) is not None


class Behind(Frozen):
    """Who stands behind an access token of a user."""

    user: User
    client: Client
    grant: Grant


def behind(token: AccessToken, services: Services) -> Behind | None:
    """Who stands behind the token, in one read; None where nobody does, or not any more."""
    found = token.of(services)
    if found is None:
        return None
    user_id, grant_id = found
    revoked, user, grant = services.table.get_all(
        (SeenOnce, token.revocation.key),
        (User, user_key(user_id)),
        (Grant, grant_key(user_id, grant_id)),
    )
    if revoked is not None or user is None or grant is None:
        return None
    # A process with old news of the client may have made a token of a grant that was over.
    client = _standing_client(token, min(grant.issued_at, token.claims["iat"]), services)
    if client is None or not stands(user, grant, token.claims["iat"], services):
        return None
    return Behind(user, client, grant)


def stands(user: User | None, grant: Grant, issued_at: int, services: Services) -> bool:
    """Whether user, grant and session still back what was issued at `issued_at`.

    One read more where a browser of the user has signed out since, and the grant may be over by it.
    """
    if user is None or not grant_stands(user, grant, issued_at):
        return False
    return "offline_access" in grant.scope or session_stands(user, grant, services)


def session_stands(user: User, grant: Grant, services: Services) -> bool:
    """Whether nobody has signed out of the session that a grant was given in: one read, or none."""
    if grant.session_id is None or grant.issued_at > user.signed_out_until:
        return True
    mark = session_mark(grant.user_id, grant.session_id)
    found = services.table.get(SessionMark, mark.key)
    return found is None or found.open


def grant_stands(user: User | None, grant: Grant | None, issued_at: int) -> bool:
    """Whether a grant's user and the grant itself still back what was issued at `issued_at`."""
    return (
        user is not None
        and grant is not None
        and grant.revoked_at is None
        and user.accepts(grant.issued_at)
        and user.accepts(issued_at)
    )


def _standing_client(token: AccessToken, issued_at: int, services: Services) -> Client | None:
    client = services.registry.client(token.client_id)
    return client if client is not None and issued_at > client.not_before else None
