"""What a token is bound to, and whether the request has it. RFC 7800 section 3.1."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import certificate as certificates
from .errors import BoundToken, MalformedToken, WrongBinding, WrongCertificate, WrongKey
from .proof import Proof
from .verified import Binding

_MEMBERS = {"jkt": Binding.DPOP, "x5t#S256": Binding.CERTIFICATE}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The `cnf` of a token: the thumbprint of a key, of a certificate, or both, or neither."""

    jkt: str | None = None
    x5t: str | None = None

    @property
    def bindings(self) -> frozenset[Binding]:
        """How the token is bound; NONE when it is not."""
        found = {
            binding
            for value, binding in ((self.jkt, Binding.DPOP), (self.x5t, Binding.CERTIFICATE))
            if value is not None
        }
        return frozenset(found or {Binding.NONE})


def confirmation(claims: Mapping[str, Any]) -> Confirmation:
    """What a token is bound to; InvalidToken when this cannot check it."""
    cnf = claims.get("cnf")
    if "cnf" not in claims:
        # RFC 9449 section 6.2: an answer about a bound token says what it is bound to.
        if str(claims.get("token_type", "")).lower() == "dpop":
            raise WrongBinding("a DPoP token without cnf")
        return Confirmation()
    if not isinstance(cnf, dict) or not all(isinstance(value, str) for value in cnf.values()):
        raise MalformedToken("cnf is malformed")
    # What is bound in an unknown way would otherwise pass for not bound.
    if not cnf or not set(cnf) <= set(_MEMBERS):
        raise WrongBinding(f"cnf with {sorted(cnf)}")
    return Confirmation(cnf.get("jkt"), cnf.get("x5t#S256"))


def check(
    bound: Confirmation,
    accepted: frozenset[Binding],
    proof: Proof | None,
    certificate: str | bytes | None,
) -> None:
    """InvalidToken when the request lacks what its token is bound to.

    proof: the one of a request by the DPoP scheme, None by Bearer. certificate: the connection's.
    """
    if not bound.bindings & accepted:
        raise WrongBinding(f"bound to {sorted(one.value for one in bound.bindings)}")
    if proof is None and bound.jkt is not None:
        raise BoundToken
    if proof is not None and not _same(bound.jkt, proof.thumbprint):
        raise WrongKey(
            "the proof's key is not the token's" if bound.jkt else "the token has no key"
        )
    if bound.x5t is not None:
        if certificate is None:
            raise WrongCertificate("the connection has no client certificate")
        try:
            thumbprint = certificates.thumbprint(certificate)
        except ValueError as problem:
            raise WrongCertificate(str(problem)) from None
        if not _same(bound.x5t, thumbprint):
            raise WrongCertificate("the connection's certificate is not the token's")


def _same(expected: str | None, found: str) -> bool:
    return expected is not None and hmac.compare_digest(expected.encode(), found.encode())
