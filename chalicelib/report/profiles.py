"""What OpenID Connect and FAPI 2.0 leave open or make compulsory."""

from __future__ import annotations

from ..protocol import dpop, fapi, prompt, sector
from ..settings import Settings
from . import Answer, duration, listed


def answers(settings: Settings) -> tuple[Answer, ...]:
    """OpenID Connect first, then FAPI."""
    return (*_openid(settings), *_fapi(settings))


def _openid(settings: Settings) -> tuple[Answer, ...]:
    algs = list(settings.id_token_algs)
    return (
        Answer(
            name="id_token",
            section="OpenID Connect Core 2",
            question="How are ID tokens signed?",
            text=f"With RS256, or by the client's registration with one of {listed(algs)}. They "
            "live "
            f"{duration(settings.lifetimes.id_token)}. All public keys are in one JWKS.",
            value={
                "default": "RS256",
                "algorithms": algs,
                "seconds": settings.lifetimes.id_token,
            },
        ),
        Answer(
            name="subjects",
            section="OpenID Connect Core 8",
            question="Which subject types are there?",
            text=f"{listed(sector.SUBJECT_TYPES)}; a sub is never an internal key.",
            value={"subject_types": list(sector.SUBJECT_TYPES)},
        ),
        Answer(
            name="prompts",
            section="OpenID Connect Core 3.1.2.1",
            question="Which prompts are honoured?",
            text=f"{listed(prompt.VALUES)}. With none the answer is always a redirect, never a "
            "page.",
            value={"prompt_values": list(prompt.VALUES)},
        ),
        Answer(
            name="userinfo",
            section="OpenID Connect Core 5.3",
            question="How is userinfo asked for?",
            text="By GET or POST; the answer is JSON, or a JWT for a client that registered an "
            "algorithm.",
            value={"methods": ["GET", "POST"]},
        ),
        Answer(
            name="logout_redirect",
            section="RP-Initiated Logout 3",
            question="Where may a logout lead?",
            text="Only to an exactly registered URI of the client that the id_token_hint or the "
            "confirmed request names; otherwise there is a page.",
            value={"comparison": "exact"},
        ),
        Answer(
            name="logout_told",
            section="Back-Channel Logout 2",
            question="Are clients told when a session ends?",
            text="By the front channel; and by the back channel."
            if settings.logout_queue_url
            else "By the front channel. This stage has no queue for the back channel.",
            value={"frontchannel": True, "backchannel": settings.logout_queue_url is not None},
        ),
    )


def _fapi(settings: Settings) -> tuple[Answer, ...]:
    pushed = settings.lifetimes.pushed_request
    details = settings.authorization_details_types
    return (
        Answer(
            name="fapi_client",
            section="FAPI 2.0 Security Profile 5",
            question="What does the profile fapi2 ask of a client?",
            text="Pushed requests that name their redirect_uri and live for at most "
            f"{duration(min(fapi.LONGEST_PUSH, pushed))}; {listed(fapi.AUTHENTICATION)}; tokens "
            f"bound by DPoP or by certificate; {listed(fapi.ALGORITHMS)}; assertions whose aud is "
            f"the issuer as a plain string; codes of at most {duration(fapi.LONGEST_CODE)}. Its "
            "refresh tokens do not rotate.",
            value={
                "authentication": list(fapi.AUTHENTICATION),
                "algorithms": list(fapi.ALGORITHMS),
                "code_seconds": min(fapi.LONGEST_CODE, settings.lifetimes.code),
            },
        ),
        Answer(
            name="pushed_requests",
            section="RFC 9126",
            question="How long does a pushed request live, and when is it spent?",
            text=f"For {duration(pushed)}. It is spent when the sign-in ends, not at the first "
            "visit." + (" Every client must push." if settings.require_par else ""),
            value={"seconds": pushed, "required": settings.require_par, "spent": "at the end"},
        ),
        Answer(
            name="rich_requests",
            section="RFC 9396",
            question="Are authorization_details taken?",
            text="Yes, of the types that a resource of the request has registered. The user is "
            "asked each time, sees each object in words and may decline it."
            + (f" Types: {listed(details)}." if details else ""),
            value={"types": list(details), "remembered": False},
        ),
        Answer(
            name="dpop",
            section="RFC 9449",
            question="Which DPoP proofs are accepted?",
            text=f"Those whose iat lies at most {duration(dpop.BEHIND)} before and "
            f"{duration(dpop.AHEAD)} after this server's clock, each once; htu is compared without "
            "query and fragment."
            + (" Each must carry a nonce of this server." if settings.dpop_nonce else ""),
            value={
                "behind_seconds": dpop.BEHIND,
                "ahead_seconds": dpop.AHEAD,
                "nonce_required": settings.dpop_nonce,
            },
        ),
    )
