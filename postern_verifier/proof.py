"""DPoP proofs at a resource server. RFC 9449 sections 4.3, 7 and 9."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import errors, jwt, keys
from .claims import is_time
from .encoding import digest
from .nonces import Nonces
from .replays import Replays
from .urls import normalized

TYPE = "dpop+jwt"
MOST_CHARACTERS = 8 * 1024

# Called with a name of at most 43 characters and the time from which it may be forgotten; True
# when the name is new. It must be atomic. Whatever it raises refuses the request.
FirstUse = Callable[[str, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRules:
    """What is asked of every proof.

    algs: the signatures accepted. behind, ahead: seconds by which `iat` may differ from now.
    first_use: remembers what was used; the default does within this process only. nonces: makes
    clients send a nonce of this server (section 9).
    """

    algs: tuple[str, ...] = keys.ALGORITHMS
    behind: int = 60
    ahead: int = 10
    first_use: FirstUse = field(default_factory=Replays)
    nonces: Nonces | None = None

    def __post_init__(self) -> None:
        if not self.algs or not set(self.algs) <= set(keys.ALGORITHMS):
            raise ValueError(f"algs must be some of {keys.ALGORITHMS}")
        if self.behind < 0 or self.ahead < 0:
            raise ValueError("behind and ahead cannot be negative")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds for this request; whether it is its first use is asked last."""

    thumbprint: str
    jti: str
    issued_at: float
    nonce: object


def check(
    proofs: tuple[str, ...], token: str, method: str, url: str, rules: ProofRules, now: float
) -> Proof:
    """The proof among the DPoP headers of a request; InvalidDPoPProof or NonceNeeded."""
    if not proofs:
        raise errors.MissingProof
    if len(proofs) > 1:
        raise errors.RepeatedProof
    try:
        if len(proofs[0]) > MOST_CHARACTERS:
            raise ValueError("too long")
        parsed = jwt.parse(proofs[0])
    except ValueError as problem:
        raise errors.MalformedProof(str(problem)) from None
    key = _signer(parsed, rules)
    claims = parsed.claims
    _check_types(claims)
    if claims["htm"] != method:
        raise errors.WrongMethod(f"htm is {claims['htm']!r}")
    _check_url(claims["htu"], url)
    _check_time(claims, rules, now)
    if claims.get("ath") != digest(token.encode()):
        raise errors.WrongToken("ath is not the hash of the access token")
    if rules.nonces is not None and not rules.nonces.accepts(claims.get("nonce"), now):
        raise errors.NonceNeeded
    return Proof(key.thumbprint, claims["jti"], claims["iat"], claims.get("nonce"))


def spend(proof: Proof, rules: ProofRules, now: float) -> None:
    """Use a proof up; ReplayedProof the second time, ReplaysUnavailable when nobody can say."""
    # The key is part of the name: another client cannot use this client's names up.
    name = digest(f"{proof.thumbprint}.{proof.jti}".encode())
    until = int(max(proof.issued_at, now)) + rules.behind + 1
    try:
        is_first = rules.first_use(name, until)
    except Exception as problem:
        # Which errors a store has is not known here; none of them makes the proof a new one.
        raise errors.ReplaysUnavailable(f"{type(problem).__name__}: {problem}") from problem
    if not is_first:
        raise errors.ReplayedProof


def _signer(parsed: jwt.JWT, rules: ProofRules) -> keys.Key:
    """The key in the header, which made the signature."""
    if parsed.header.get("typ") != TYPE:
        raise errors.WrongProofType
    alg, jwk = parsed.header.get("alg"), parsed.header.get("jwk")
    if not isinstance(alg, str) or alg not in rules.algs:
        raise errors.WrongProofAlgorithm(f"alg is {alg!r}")
    if not isinstance(jwk, dict):
        raise errors.WrongProofKey("no jwk")
    try:
        key = keys.read(jwk)
    except ValueError as problem:
        raise errors.WrongProofKey(str(problem)) from None
    if alg not in key.algs:
        raise errors.WrongProofKey(f"not a key for {alg}")
    if not key.verifies(alg, parsed.signing_input, parsed.signature):
        raise errors.WrongProofSignature
    return key


def _check_types(claims: Mapping[str, Any]) -> None:
    for name in ("jti", "htm", "htu"):
        if not isinstance(claims.get(name), str) or not claims[name]:
            raise errors.MalformedProof(f"{name} is missing or no text")
    if not is_time(claims.get("iat")):
        raise errors.MalformedProof("iat is missing or no time")


def _check_url(htu: str, url: str) -> None:
    try:
        same = normalized(htu) == normalized(url)
    except ValueError as problem:
        raise errors.WrongURL(str(problem)) from None
    if not same:
        raise errors.WrongURL(f"htu is {htu!r}")


def _check_time(claims: Mapping[str, Any], rules: ProofRules, now: float) -> None:
    if not now - rules.behind <= claims["iat"] <= now + rules.ahead:
        raise errors.WrongTime(f"iat is {claims['iat']}, and now is {int(now)}")
