"""A mark that something happened once: a token was revoked, a proof was used."""

from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record


class SeenOnce(Record, kw_only=True):
    """`value` of a `kind` was seen; kept until what it guards has expired.

    owner: a random name of the request that was first, by which it knows its own mark again.
    """

    TYPE: ClassVar[str] = "seen"

    kind: Annotated[str, "kd"]
    value_hash: Annotated[str, "vh"]
    expires_at: Annotated[int, "x"]
    owner: Annotated[str | None, "ow"] = None

    @property
    def key(self) -> Key:
        return Key(f"J#{self.kind}#{self.value_hash}")


REVOKED_ACCESS_TOKEN = "at"
CLIENT_ASSERTION = "assertion"
DPOP_PROOF = "dpop"
ID_JAG = "id-jag"


def revoked_access_token(jti: str, expires_at: int) -> SeenOnce:
    """The mark that an access token (RFC 9068, by its jti) was revoked."""
    return SeenOnce(
        kind=REVOKED_ACCESS_TOKEN, value_hash=base64url(sha256(jti)), expires_at=expires_at
    )


def client_assertion(client_id: str, jti: str, expires_at: int, owner: str) -> SeenOnce:
    """The mark that a client has used an assertion (RFC 7523, by its jti)."""
    return SeenOnce(
        kind=CLIENT_ASSERTION,
        value_hash=base64url(sha256(f"{client_id}\0{jti}")),
        expires_at=expires_at,
        owner=owner,
    )


def dpop_proof(thumbprint: str, jti: str, expires_at: int, owner: str) -> SeenOnce:
    """The mark that a DPoP proof was used (RFC 9449, by its jti).

    The key is in the name: nobody can use up the names of another's proofs.
    """
    return SeenOnce(
        kind=DPOP_PROOF,
        value_hash=base64url(sha256(f"{thumbprint}\0{jti}")),
        expires_at=expires_at,
        owner=owner,
    )


def id_jag(issuer: str, jti: str, expires_at: int, owner: str) -> SeenOnce:
    """The mark that an assertion about a user was used (RFC 7523 section 3, by its jti)."""
    return SeenOnce(
        kind=ID_JAG,
        value_hash=base64url(sha256(f"{issuer}\0{jti}")),
        expires_at=expires_at,
        owner=owner,
    )
