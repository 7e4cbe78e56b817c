"""What resource servers and the people behind them can rely on: RFC 6749 sections 7 and 10."""

from __future__ import annotations

from ..protocol import bearer, confirmation
from ..settings import Settings
from ..throttling import CLIENT_BY_ADDRESS, CLIENT_BY_CALLER, SIGN_IN_BY_ACCOUNT, SIGN_IN_BY_ADDRESS
from . import Answer, duration, listed


def answers(settings: Settings) -> tuple[Answer, ...]:
    """In the order of the sections."""
    return (*_tokens(settings), *_safety())


def _tokens(settings: Settings) -> tuple[Answer, ...]:
    types = ["Bearer", "DPoP"]
    return (
        Answer(
            name="verification",
            section="RFC 6749 7",
            question="How does a resource server check an access token?",
            text="On its own: by the signature (the keys are in the JWKS), typ, iss, aud, exp, "
            "scope "
            "and, where there is one, cnf. Or by introspection (RFC 7662, RFC 9701), when it must "
            "know of revocation at once; or by the token status list of a resource that has one.",
            value={
                "jwks_uri": settings.url("/.well-known/jwks.json"),
                "introspection_endpoint": settings.url("/introspect"),
                "typ": "at+jwt",
                "status_list_ttl_seconds": settings.status_list_ttl,
            },
        ),
        Answer(
            name="token_sent",
            section="RFC 6749 7",
            question="How does a client send its access token?",
            text="In the Authorization header. At /userinfo a form body is taken as well (RFC 6750 "
            "section 2.2); a token in the query is never taken.",
            value={"header": True, "query": False},
        ),
        Answer(
            name="token_types",
            section="RFC 6749 7.1",
            question="Which token types are there?",
            text=f"{listed(types)} (RFC 9449)"
            + (
                "; and tokens that are bound to a client certificate (RFC 8705)."
                if settings.mtls_url
                else "."
            ),
            value={
                "types": types,
                "dpop_algorithms": list(confirmation.DPOP_ALGORITHMS),
                "certificate_bound": settings.mtls_url is not None,
            },
        ),
        Answer(
            name="resource_errors",
            section="RFC 6749 7.2",
            question="Does a resource tell what was wrong?",
            text="Yes, by WWW-Authenticate (RFC 6750, RFC 9449): error, error_description, scope "
            "and, where a proof is wanted, its algorithms.",
            value={"header": "WWW-Authenticate", "schemes": list(bearer.SCHEMES)},
        ),
    )


def _safety() -> tuple[Answer, ...]:
    limits = (SIGN_IN_BY_ACCOUNT, SIGN_IN_BY_ADDRESS, CLIENT_BY_CALLER, CLIENT_BY_ADDRESS)
    return (
        Answer(
            name="storage",
            section="RFC 6749 10",
            question="How are tokens, codes, secrets and passwords stored?",
            text="None of them in clear. Of what has high entropy the SHA-256 is kept, of "
            "passwords "
            "the Argon2id hash; what must be read back is encrypted by KMS.",
            value={"secrets": "SHA-256", "passwords": "Argon2id"},
        ),
        Answer(
            name="throttling",
            section="RFC 6749 10",
            question="How are guesses held back?",
            text="Failures are counted for each account, client and address: "
            + "; ".join(
                f"{limit.most} in {duration(limit.seconds)} ({limit.what})" for limit in limits
            )
            + ". Then the answer is 429 with Retry-After.",
            value={
                "status": 429,
                "limits": {
                    limit.what: {"most": limit.most, "seconds": limit.seconds} for limit in limits
                },
            },
        ),
        Answer(
            name="disconnecting",
            section="RFC 6749 10",
            question="How does a user end an application's access?",
            text="The people who run this server end it. Refresh ends at once, and introspection "
            "tells it at once.",
            value={"refresh_ends": "at once", "introspection": "at once"},
        ),
    )
