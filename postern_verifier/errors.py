"""Every way to be refused. RFC 6750 section 3.1, RFC 9449 section 7.1, RFC 9470 section 3.

    Refused
    ├── NoToken                            401, says no error
    ├── InvalidRequest                     400  invalid_request
    ├── InvalidToken                       401  invalid_token
    ├── InsufficientScope                  403  insufficient_scope
    ├── InsufficientUserAuthentication     401  insufficient_user_authentication
    ├── InvalidDPoPProof                   401  invalid_dpop_proof
    │   └── NonceNeeded                    401  use_dpop_nonce
    └── Unavailable                        503

A class below these says what is wrong in one sentence, `description`, which the client may read.
`reason` says more, for the log of the resource server, and never holds a token.
"""

from __future__ import annotations

import json

Headers = tuple[tuple[str, str], ...]


class Refused(Exception):
    """The request must not be served. `status`, `headers` and `body` are the answer to give."""

    status = 401
    error: str | None = None
    description = "The request is refused."

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or self.description)
        self.reason = reason or self.description
        # Filled in by the Verifier, which knows what to ask for.
        self.headers: Headers = ()

    @property
    def body(self) -> bytes:
        """The error once more as JSON, for people and for clients that read no headers."""
        said = {"error": self.error, "error_description": self.description}
        return json.dumps({name: text for name, text in said.items() if text}).encode()


class NoToken(Refused):
    """RFC 6750 section 3.1: who sent no token, or by a scheme not offered, is told no error."""

    description = "An access token is needed."


class InvalidRequest(Refused):
    """The request is malformed."""

    status = 400
    error = "invalid_request"


class MalformedAuthorization(InvalidRequest):
    """RFC 6750 section 2.1: the scheme is there, and what follows is no token."""

    description = "The Authorization header is malformed."


class RepeatedToken(InvalidRequest):
    """RFC 6750 section 2: a token in two places; RFC 9449 section 7.2, figure 19."""

    description = "The access token was sent more than once."


class UnreadableMessage(InvalidRequest):
    """What the request asks for cannot be told for sure, so nor can what it needs."""

    description = "The body is not a JSON-RPC message."


class TokenInQuery(InvalidRequest):
    """RFC 9700 section 4.3.2: what stands in a URL stands in logs."""

    description = "An access token is not taken from the query."


class InvalidToken(Refused):
    """The access token is expired, revoked, malformed, or not for here."""

    error = "invalid_token"
    description = "The access token is not valid."


class MalformedToken(InvalidToken):
    """Not a JWT in its canonical form, RFC 7515, or its claims are not of their types."""

    description = "The access token is malformed."


class WrongType(InvalidToken):
    """RFC 9068 section 4: `typ` is not at+jwt; an ID token, for one."""

    description = "The token is not an access token."


class WrongAlgorithm(InvalidToken):
    """RFC 8725 section 3.1: the algorithm is not on the list."""

    description = "The access token is signed by an algorithm that is not accepted."


class UnknownKey(InvalidToken):
    """The issuer has no such key, or it is not for this algorithm."""

    description = "The access token is signed by an unknown key."


class WrongSignature(InvalidToken):
    """The key did not sign this."""

    description = "The signature of the access token is wrong."


class WrongIssuer(InvalidToken):
    """RFC 9068 section 4: `iss` is not the issuer, character by character."""

    description = "The access token is from another issuer."


class WrongAudience(InvalidToken):
    """RFC 9068 section 4: `aud` does not hold this resource."""

    description = "The access token is for another resource."


class Expired(InvalidToken):
    """RFC 9068 section 4: `exp` has passed."""

    description = "The access token has expired."


class NotYetValid(InvalidToken):
    """RFC 7519 sections 4.1.5 and 4.1.6: `nbf` or `iat` lies ahead."""

    description = "The access token is not valid yet."


class MissingClaim(InvalidToken):
    """RFC 9068 section 2.2: a claim that must be there is not."""

    description = "The access token lacks a claim."


class NotActive(InvalidToken):
    """RFC 7662 section 2.2: the issuer says that the token is revoked, expired or not for here."""

    description = "The access token is not active."


class WrongBinding(InvalidToken):
    """The token is bound in a way that this resource does not accept, or not bound at all."""

    description = "The access token is not bound in a way that is accepted here."


class BoundToken(InvalidToken):
    """RFC 9449 section 7.2: a DPoP-bound token was sent as if it were a bearer token."""

    description = "The access token is bound to a key; send it with the DPoP scheme and a proof."


class WrongKey(InvalidToken):
    """RFC 9449 section 7.1: the proof is another key's than the token's, or the token has none."""

    description = "Invalid DPoP key binding"


class WrongCertificate(InvalidToken):
    """RFC 8705 section 3: the connection's certificate is not the token's, or there is none."""

    description = "The access token is bound to another certificate."


class InsufficientScope(Refused):
    """RFC 6750 section 3.1: the token is good, and not good for this."""

    status = 403
    error = "insufficient_scope"
    description = "The access token does not have the scope that is needed."

    # What the token has, from where it is raised: who asks for a new one must not lose it.
    granted: frozenset[str] = frozenset()


class InsufficientUserAuthentication(Refused):
    """RFC 9470 section 3: the user has to sign in again, or by other means."""

    error = "insufficient_user_authentication"
    description = "The user has to sign in again, more recently or by other means."


class InvalidDPoPProof(Refused):
    """RFC 9449 section 4.3: the proof does not prove what it should."""

    error = "invalid_dpop_proof"
    description = "The DPoP proof is not valid."


class MissingProof(InvalidDPoPProof):
    """4.3, 1: the DPoP scheme without a DPoP header."""

    description = "There is no DPoP proof."


class RepeatedProof(InvalidDPoPProof):
    """4.3, 1: more than one DPoP header."""

    description = "There is more than one DPoP proof."


class MalformedProof(InvalidDPoPProof):
    """4.3, 2 and 3: not a JWT, or a claim is missing or of the wrong type."""

    description = "The DPoP proof is malformed."


class WrongProofType(InvalidDPoPProof):
    """4.3, 4: `typ` is not dpop+jwt."""

    description = "The DPoP proof is of another type."


class WrongProofAlgorithm(InvalidDPoPProof):
    """4.3, 5: `alg` is not on the list."""

    description = "The DPoP proof is signed by an algorithm that is not accepted."


class WrongProofKey(InvalidDPoPProof):
    """4.3, 7: `jwk` is no public key for the algorithm, or it has a private part."""

    description = "The DPoP proof has no public key that fits its algorithm."


class WrongProofSignature(InvalidDPoPProof):
    """4.3, 6: the key in the proof did not sign it."""

    description = "The signature of the DPoP proof is wrong."


class WrongMethod(InvalidDPoPProof):
    """4.3, 8: `htm` is not the method of the request."""

    description = "The DPoP proof is for another method."


class WrongURL(InvalidDPoPProof):
    """4.3, 9: `htu` is not the URL of the request, query and fragment aside."""

    description = "The DPoP proof is for another URL."


class NonceNeeded(InvalidDPoPProof):
    """4.3, 10, and section 9: no nonce, or one too old; a good one comes with the answer."""

    error = "use_dpop_nonce"
    description = "The resource server needs its nonce in the DPoP proof."


class WrongTime(InvalidDPoPProof):
    """4.3, 11: `iat` lies too far behind or ahead."""

    description = "The DPoP proof was not made just now."


class WrongToken(InvalidDPoPProof):
    """4.3, 12: `ath` is not the hash of the access token."""

    description = "The DPoP proof is for another access token."


class ReplayedProof(InvalidDPoPProof):
    """11.1: the proof was used before."""

    description = "The DPoP proof was used before."


class Unavailable(Refused):
    """What a decision depends on cannot be had; nothing is accepted meanwhile."""

    status = 503
    description = "The access token cannot be checked at the moment. Try again later."


class IssuerUnavailable(Unavailable):
    """The issuer's metadata, keys or introspection cannot be had, or are broken."""


class ReplaysUnavailable(Unavailable):
    """The memory of used proofs failed or is full."""


class StatusUnavailable(Unavailable):
    """The token's status list cannot be had, is too old or is broken."""
