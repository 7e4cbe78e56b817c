"""An issuer whose word counts: about users (ID-JAG), or about software (RFC 7591 section 2.3)."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record

ID_JAG = "id_jag"
SOFTWARE_STATEMENT = "software_statement"


class TrustedIssuer(Record, kw_only=True):
    """One issuer, by its `iss`; what it may say, and the keys that it signs with.

    purposes: ID_JAG, SOFTWARE_STATEMENT or both; it has no say in anything else.
    algs: what may sign; none named, any algorithm of ours.
    jwks: its public keys, as protocol/jwk_set.py reads them.
    resources: for ID_JAG, the scopes that it may give at each resource, by its URI.
    clients: for ID_JAG, who may present its assertions; None for any registered for the grant.
    public_clients: whether those may be clients that have no credential of their own.
    users: how a user of its is found here: `linked`, `email` or `create`.
    email_domains: whose addresses it is believed.
    """

    TYPE: ClassVar[str] = "issuer"

    issuer: Annotated[str, "iu"]
    created_at: Annotated[int, "i"]
    purposes: Annotated[tuple[str, ...], "pu"]
    name: Annotated[str | None, "nm"] = None
    algs: Annotated[tuple[str, ...], "al"] = ()
    jwks: Annotated[tuple[Mapping[str, str], ...], "jk"] = ()
    jwks_uri: Annotated[str | None, "ju"] = None
    resources: Annotated[Mapping[str, tuple[str, ...]] | None, "rs"] = None
    clients: Annotated[tuple[str, ...] | None, "cl"] = None
    public_clients: Annotated[bool, "pc"] = False
    users: Annotated[str, "us"] = "linked"
    email_domains: Annotated[tuple[str, ...], "ed"] = ()

    @property
    def key(self) -> Key:
        return trusted_issuer_key(self.issuer)

    def is_trusted_for(self, purpose: str) -> bool:
        """Whether its word counts for this."""
        return purpose in self.purposes


def trusted_issuer_key(issuer: str) -> Key:
    """The key of a trusted issuer; hashed, because a URL may be longer than a key."""
    return Key(trusted_issuer_partition(issuer))


def trusted_issuer_partition(issuer: str) -> str:
    """The partition of an issuer, with the users that it is believed about."""
    return f"T#{base64url(sha256(issuer))}"
