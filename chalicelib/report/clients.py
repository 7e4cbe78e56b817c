"""How clients are registered and how they prove themselves: RFC 6749 section 2."""

from __future__ import annotations

from ..administration.clients import CLIENT_ID_LENGTH, OVERLAP, SECRET_LENGTH
from ..client_authentication import offered
from ..protocol import client_assertion
from ..protocol.client_assertion import MOST_NAME
from ..registration import self_registration, strangers
from ..settings import Settings
from . import Answer, duration, listed


def answers(settings: Settings) -> tuple[Answer, ...]:
    """In the order of the sections."""
    return (*_registration(settings), *_identifiers(), *_authentication(settings))


def _registration(settings: Settings) -> tuple[Answer, ...]:
    unused = settings.registration_unused
    return (
        Answer(
            name="registration",
            section="RFC 6749 2",
            question="How are clients registered?",
            text=f"By {listed(_ways(settings))}.",
            value={
                "command_line": True,
                "console": settings.console,
                "dynamic": settings.registration,
                "documents": settings.client_documents,
            },
        ),
        Answer(
            name="registration_lapses",
            section="RFC 7591 5",
            question="For how long is a registration kept?",
            text="Those that operators and developers make are kept until they are removed. One "
            f"that a client has made itself lapses after {duration(unused)} unless it is used; a "
            "used one is kept as long as something that was granted to it can live.",
            value={"unused_seconds": unused},
        ),
        Answer(
            name="registration_limits",
            section="RFC 7591 5",
            question="What may a client not give itself?",
            text="Trust and reach: to be first-party or verified, to introspect, to be free of "
            f"PKCE. Its grant types are {listed(strangers.GRANT_TYPES)}.",
            value={
                "grant_types": list(strangers.GRANT_TYPES),
                "left_out": list(self_registration.NOT_ITS_OWN),
            },
        ),
        Answer(
            name="credentials_per_device",
            section="RFC 6749 10.1",
            question="Can each installation have credentials of its own?",
            text="Yes: each that registers itself gets its own identifier and credentials."
            if settings.registration != "off"
            else "Not on this stage: clients cannot register themselves here.",
            value={"offered": settings.registration != "off"},
        ),
        Answer(
            name="registration_asked",
            section="RFC 6749 2",
            question="What is a developer asked for?",
            text="Name, home page, logo, links to terms and privacy policy, contacts, redirect "
            "URIs, grant types, scopes, and how the client authenticates: the members of RFC 7591.",
            value={"names": "RFC 7591"},
        ),
    )


def _ways(settings: Settings) -> list[str]:
    """In words, those that are open."""
    dynamic = {
        "open": "dynamic registration (RFC 7591), open to everyone",
        "initial-access-token": "dynamic registration (RFC 7591) with an initial access token",
    }
    ways = [
        "the command line",
        "the console for developers" if settings.console else None,
        dynamic.get(settings.registration),
        "a Client ID Metadata Document at the https URL that is the client_id"
        if settings.client_documents
        else None,
    ]
    return [way for way in ways if way is not None]


def _identifiers() -> tuple[Answer, ...]:
    return (
        Answer(
            name="client_id_length",
            section="RFC 6749 2.2",
            question="How long is a client identifier?",
            text=f"Those that are made here have {CLIENT_ID_LENGTH} letters and digits. Up to "
            f"{MOST_NAME} characters are accepted: do not assume a length.",
            value={"issued": CLIENT_ID_LENGTH, "accepted": MOST_NAME},
        ),
        Answer(
            name="client_secret",
            section="RFC 6749 2.3.1",
            question="What is a client secret, and how is it changed?",
            text=f"{SECRET_LENGTH} letters and digits, shown once and kept as a hash. After a "
            f"rotation the old one counts for {duration(OVERLAP)} more, unless the operator says "
            "otherwise.",
            value={"characters": SECRET_LENGTH, "overlap_seconds": OVERLAP},
        ),
    )


def _authentication(settings: Settings) -> tuple[Answer, ...]:
    methods = offered(settings)
    return (
        Answer(
            name="client_authentication",
            section="RFC 6749 2.3",
            question="How do clients authenticate?",
            text=f"By {listed(methods)}. Public clients (none) must use PKCE. client_secret_jwt is "
            "not offered: the secret would have to be kept in clear. Assertions are signed with "
            f"{listed(client_assertion.ALGORITHMS)}.",
            value={"methods": methods, "algorithms": list(client_assertion.ALGORITHMS)},
        ),
        Answer(
            name="client_password",
            section="RFC 6749 2.3.1",
            question="How is a client secret sent?",
            text="Preferably by HTTP Basic, form-encoded as section 2.3.1 says; a form body is "
            "allowed; a query is not.",
            value={"basic": True, "body": True, "query": False},
        ),
        Answer(
            name="http_schemes",
            section="RFC 6749 2.3.2",
            question="Which other HTTP authentication schemes are there for clients?",
            text="None.",
            value={"others": []},
        ),
        Answer(
            name="public_clients",
            section="RFC 6749 10.1",
            question="How is a public client told from an impostor?",
            text="By its registered redirect URIs and PKCE; and where the redirect proves nothing, "
            "the user confirms each time.",
            value={"pkce": True, "confirmed_each_time": True},
        ),
    )
