"""What a request can show to hold: proofs, a certificate, an assertion. Facts, as in model.py.

RFC 9449 section 4, RFC 8705, RFC 7523 section 2.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ISSUER, MTLS = "https://id.example.com", "https://mtls.id.example.com"
JKT, X5T = "jkt", "x5t#S256"
BEHIND, AHEAD = 60, 10
NONCE_PERIOD = 5 * 60

Held = Mapping[str, str]


@dataclass(eq=False)
class Proof:
    """A DPoP proof. token: the one whose hash it has; genuine: its own key has signed it.

    period: when the nonce was given that it has; None where it has none, or none of ours.
    """

    text: str
    jkt: str
    method: str
    url: str
    made_at: int
    token: str | None = None
    genuine: bool = True
    period: int | None = None
    used: bool = False

    def fits(self, method: str, url: str, token: str | None, now: int) -> bool:
        """Whether it is one for this request, used or not."""
        about_this = (self.method, self.url) == (method, url) and token in (None, self.token)
        return self.genuine and about_this and now - BEHIND <= self.made_at <= now + AHEAD


@dataclass(frozen=True)
class Certificate:
    """A client certificate that somebody holds the key of."""

    pem: str
    thumbprint: str
    ends: int


@dataclass(frozen=True, eq=False)
class Shown:
    """What a request shows. scheme: how it presents an access token."""

    proofs: tuple[Proof, ...] = ()
    certificate: Certificate | None = None
    scheme: str = "Bearer"

    def url(self, path: str) -> str:
        """What is called: certificates are taken at a host of their own."""
        return (MTLS if self.certificate else ISSUER) + path

    def proves(self, method: str, path: str, token: str | None, now: int) -> bool:
        """Whether there is one proof, and it is for this request."""
        fitting = [one for one in self.proofs if one.fits(method, self.url(path), token, now)]
        return len(self.proofs) == len(fitting) == 1

    def has_nonce(self, now: int) -> bool:
        """Whether every proof has a nonce of ours, of this period or the one before."""
        good = (now // NONCE_PERIOD, now // NONCE_PERIOD - 1)
        return all(proof.period in good for proof in self.proofs)

    def certifies(self, now: int) -> bool:
        """Whether there is a certificate in its days."""
        return self.certificate is not None and now < self.certificate.ends

    @property
    def is_used(self) -> bool:
        """Whether the proof was used before."""
        return any(proof.used for proof in self.proofs)


NOTHING = Shown()


@dataclass(eq=False)
class Assertion:
    """A client assertion. signer: whose key has signed it; genuine: it is for this server."""

    text: str
    client_id: str
    signer: str
    ends: int
    genuine: bool = True
    used: bool = False

    def proves(self, client_id: str, signer: str, now: int) -> bool:
        """Whether it is this client's, by the key that it has now, for the first time."""
        right = self.genuine and (self.client_id, self.signer) == (client_id, signer)
        return right and now < self.ends and not self.used


@dataclass(frozen=True, eq=False)
class RequestObject:
    """An authorization request as a client has signed it. RFC 9101. As an assertion is."""

    text: str
    client_id: str
    signer: str
    ends: int
    genuine: bool = True

    def holds(self, client_id: str, signer: str, now: int) -> bool:
        """Whether it is a request of this client, by the key that it has now."""
        right = self.genuine and (self.client_id, self.signer) == (client_id, signer)
        return right and now < self.ends


Credential = str | Assertion | None
