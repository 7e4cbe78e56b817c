"""Our own access tokens, checked here without a call. RFC 9068 section 4, RFC 8725."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .protocol import handle, jwt, signature
from .records.grant import Grant, grant_key
from .records.seen_once import SeenOnce, revoked_access_token
from .records.user import User, user_key
from .services import Services
from .tokens import ACCESS_TOKEN, LOCATOR
from .values import Frozen


class AccessToken(Frozen):
    """A genuine, unexpired access token. Whether it was revoked is `is_active`'s to say."""

    claims: Mapping[str, Any]

    @property
    def client_id(self) -> str:
        """The client it was issued to."""
        return str(self.claims["client_id"])

    @property
    def revocation(self) -> SeenOnce:
        """The mark that says that it was revoked."""
        return revoked_access_token(self.claims["jti"], self.claims["exp"])


def access_token(text: str, services: Services) -> AccessToken | None:
    """The access token in a string, or None for anything that is not a living one of ours."""
    try:
        token = jwt.parse(text)
    except jwt.MalformedToken:
        return None
    key = services.keyring.find(token.header.get("kid"))
    alg, typ = token.header.get("alg"), token.header.get("typ")
    if key is None or alg != key.alg or typ != ACCESS_TOKEN or "crit" in token.header:
        return None
    if not signature.verify(key.alg, key.jwk, token.signing_input, token.signature):
        return None
    claims = token.claims
    # We signed it, so the members have the types that tokens.py gave them.
    if claims.get("iss") != services.settings.issuer or services.now() >= claims["exp"]:
        return None
    return AccessToken(claims)


def is_active(token: AccessToken, services: Services) -> bool:
    """Whether its user, its grant and the token itself still stand: one read."""
    found = handle.read_locator(str(token.claims.get(LOCATOR, "")), services.keyring.salt)
    marks = (SeenOnce, token.revocation.key)
    if found is None:
        (revoked,) = services.table.get_all(marks)
        return revoked is None and _client_stands(token, token.claims["iat"], services)
    user_id, grant_id = found
    revoked, user, grant = services.table.get_all(
        marks, (User, user_key(user_id)), (Grant, grant_key(user_id, grant_id))
    )
    return (
        revoked is None
        and grant is not None
        and grant_stands(user, grant, token.claims["iat"])
        # A process with old news of the client may have made a token of a grant that was over.
        and _client_stands(token, min(grant.issued_at, token.claims["iat"]), services)
    )


def grant_stands(user: User | None, grant: Grant | None, issued_at: int) -> bool:
    """Whether a grant's user and the grant itself still back what was issued at `issued_at`."""
    return (
        user is not None
        and grant is not None
        and grant.revoked_at is None
        and user.accepts(grant.issued_at)
        and user.accepts(issued_at)
    )


def _client_stands(token: AccessToken, issued_at: int, services: Services) -> bool:
    client = services.registry.client(token.client_id)
    return client is not None and issued_at > client.not_before
