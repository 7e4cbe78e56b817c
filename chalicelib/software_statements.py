"""Software statements: what others say of a client, signed. RFC 7591 sections 2.3 and 3.1.1.

form ─► issuer trusted for software ─► times, audience ─► signature, for which keys are fetched
"""

from __future__ import annotations

from typing import Any

from .client_keys import NoKey
from .protocol import jwt
from .protocol.jwt import Token
from .records.trusted_issuer import SOFTWARE_STATEMENT, TrustedIssuer
from .registration_errors import InvalidSoftwareStatement, UnapprovedSoftwareStatement
from .services import Services
from .settings import MINUTE, SIGNING_ALGORITHMS

TYPES = ("JWT", "SOFTWARE-STATEMENT+JWT")
# Of the token, not of the software.
_OF_THE_TOKEN = ("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "software_statement")
SKEW = MINUTE


def claims_of(statement: object, services: Services) -> dict[str, Any]:
    """The client metadata in a statement. InvalidSoftwareStatement, UnapprovedSoftwareStatement."""
    if not isinstance(statement, str):
        raise InvalidSoftwareStatement("The software_statement must be a JWT.")
    try:
        token = jwt.parse(statement)
    except jwt.MalformedToken as problem:
        raise InvalidSoftwareStatement(detail=str(problem)) from None
    issuer = _issuer(token, services)
    _check_form(token, issuer)
    _check_times(token, services)
    try:
        signed = services.client_keys.have_signed(issuer, token)
    except NoKey as problem:
        raise InvalidSoftwareStatement(detail=f"{problem} {problem.detail}".strip()) from None
    if not signed:
        raise InvalidSoftwareStatement(detail="the signature is not the issuer's")
    return {name: value for name, value in token.claims.items() if name not in _OF_THE_TOKEN}


def _issuer(token: Token, services: Services) -> TrustedIssuer:
    name = token.claims.get("iss")
    if not isinstance(name, str):
        raise InvalidSoftwareStatement("The software_statement has no iss.")
    issuer = services.registry.trusted_issuer(name)
    if issuer is None or not issuer.is_trusted_for(SOFTWARE_STATEMENT):
        raise UnapprovedSoftwareStatement
    return issuer


def _check_form(token: Token, issuer: TrustedIssuer) -> None:
    """RFC 8725 section 3.11: no other kind of token that the issuer may have signed."""
    typ = token.header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.upper() not in TYPES or "crit" in token.header:
        raise InvalidSoftwareStatement("The software_statement is another kind of JWT.")
    if token.header.get("alg") not in (issuer.algs or SIGNING_ALGORITHMS):
        raise InvalidSoftwareStatement("The software_statement has an alg that is not taken.")
    if not isinstance(token.header.get("kid", ""), str):
        raise InvalidSoftwareStatement("The software_statement has a malformed kid.")
    if not isinstance(token.claims.get("software_id"), str):
        raise InvalidSoftwareStatement("The software_statement has no software_id.")


def _check_times(token: Token, services: Services) -> None:
    now, claims = services.now(), token.claims
    for name in ("exp", "nbf", "iat"):
        if name in claims and (
            isinstance(claims[name], bool) or not isinstance(claims[name], int | float)
        ):
            raise InvalidSoftwareStatement(f"The {name} of the software_statement is no number.")
    if claims.get("exp", now + 1) <= now:
        raise InvalidSoftwareStatement("The software_statement has expired.")
    if max(claims.get("nbf", 0), claims.get("iat", 0)) > now + SKEW:
        raise InvalidSoftwareStatement("The software_statement is not valid yet.")
    audience = claims.get("aud", services.settings.issuer)
    named = audience if isinstance(audience, list) else [audience]
    if services.settings.issuer not in named:
        raise InvalidSoftwareStatement("The software_statement is for another server.")
