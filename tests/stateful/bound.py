"""What is bound, and what a request with it must show. RFC 9449, RFC 8705, docs/decisions/0031."""

from __future__ import annotations

from collections.abc import Iterable

from tests.stateful.model import ACCESS_TOKEN, CACHE, ISSUER, AccessToken, App
from tests.stateful.possession import JKT, X5T, Held, Shown
from tests.stateful.rules import INVALID_GRANT, OK, Verdict

BAD_PROOF = Verdict("invalid_dpop_proof")
USE_NONCE = Verdict("use_dpop_nonce")


def held(app: App, shown: Shown) -> Held:
    """What a token is bound to that is made for this request, which was in order."""
    found = {JKT: shown.proofs[0].jkt} if shown.proofs else {}
    if app.certified and shown.certificate:
        found[X5T] = shown.certificate.thumbprint
    return found


def refusal(app: App, shown: Shown, path: str, now: int, *, compulsory: bool = True) -> str:
    """What is wrong with what a client shows, "" where nothing is; whether it was used before is
    not asked yet. compulsory: a client of bound tokens must show something here."""
    if compulsory and app.dpop and not shown.proofs:
        return "invalid_request"
    if shown.proofs and not shown.proves("POST", path, None, now):
        return BAD_PROOF.answer
    if app.nonces and not shown.has_nonce(now):
        return USE_NONCE.answer
    return "invalid_request" if compulsory and app.certified and not shown.certifies(now) else ""


def judged(
    verdict: Verdict, app: App, shown: Shown, bound: Held, now: int, *, exactly: bool
) -> Verdict:
    """The verdict on a token request, with what it shows. Nothing is spent that it cannot use.

    bound: what the grant is bound to; exactly: by just these keys, or by any of their kind.
    """
    if verdict.answer == "invalid_client":
        return verdict
    if problem := refusal(app, shown, "/token", now):
        return Verdict(problem)
    has = held(app, shown)
    met = all(has.get(kind) == key if exactly else kind in has for kind, key in bound.items())
    if verdict is OK and not met:
        return INVALID_GRANT
    return BAD_PROOF if shown.is_used and (verdict is OK or verdict.kills) else verdict


def opening(token: AccessToken, owner: App, shown: Shown, method: str, now: int) -> str:
    """Why /userinfo does not even look whether a token still stands, "" where it does."""
    if owner.gone or now >= token.issued_at + ACCESS_TOKEN:
        return "invalid_token"
    certificate = shown.certificate.thumbprint if shown.certificate else None
    if X5T in token.bound and (certificate != token.bound[X5T] or not shown.certifies(now)):
        return "invalid_token"
    if (shown.scheme == "DPoP") != (JKT in token.bound):
        return "invalid_token"
    if JKT in token.bound:
        if not shown.proves(method, "/userinfo", token.text, now):
            return BAD_PROOF.answer
        if owner.nonces and not shown.has_nonce(now):
            return USE_NONCE.answer
        if shown.proofs[0].jkt != token.bound[JKT]:
            return "invalid_token"
    if token.audience != ISSUER:
        return "invalid_token"
    return "" if "openid" in token.scope else "insufficient_scope"


def is_listed(token: AccessToken, owner: App, tokens: Iterable[AccessToken]) -> bool:
    """Whether a status list must say that a token is revoked; if not, it must not say so.

    A place is its grant's: whoever revokes one token, has those in the same place listed as well.
    A client is listed as a whole, for as long as some process may not know of it.
    """
    grant = token.grant
    if any(one.revoked and one.place == token.place for one in tokens):
        return True
    signed_out = grant.lineage.signed_out and "offline_access" not in grant.scope
    by_user = grant.dead or signed_out or not grant.person.accepts(token.issued_at)
    return by_user or (owner.ended_at > 0 and token.issued_at <= owner.ended_at + CACHE)
