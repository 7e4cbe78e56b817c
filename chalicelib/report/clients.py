"""How clients are registered and how they prove themselves: RFC 6749 section 2."""

from __future__ import annotations

from ..administration.clients import CLIENT_ID_LENGTH, OVERLAP, SECRET_LENGTH
from ..client_authentication import offered
from ..protocol import client_assertion
from ..protocol.client_assertion import MOST_NAME
from ..settings import Settings
from . import Answer, duration, listed


def answers(settings: Settings) -> tuple[Answer, ...]:
    """In the order of the sections."""
    return (*_registration(settings), *_identifiers(), *_authentication(settings))


def _registration(settings: Settings) -> tuple[Answer, ...]:
    ways = {"command line": True}
    return (
        Answer(
            name="registration",
            section="RFC 6749 2",
            question="How are clients registered?",
            text=f"By {listed([name for name, is_open in ways.items() if is_open])}.",
            value=ways,
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
