"""The errors a client is told about. RFC 6749 section 5.2 and the registry of OAuth errors."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import errors, registration_errors
from chalicelib.error_reference import REFERENCE
from chalicelib.errors import OAuthError

# "OAuth Extensions Error Registry" of IANA, as far as this server uses it.
REGISTERED = {
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "access_denied",
    "unsupported_response_type",
    "server_error",
    "temporarily_unavailable",
    "login_required",
    "consent_required",
    "unmet_authentication_requirements",
    "invalid_request_object",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "invalid_request_uri",
    "request_not_supported",
    "request_uri_not_supported",
    "invalid_target",
    "invalid_authorization_details",
    "invalid_token",
    "insufficient_scope",
    "invalid_redirect_uri",
    "invalid_client_metadata",
    "invalid_software_statement",
    "unapproved_software_statement",
}
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")


def family(kind: type[OAuthError]) -> list[type[OAuthError]]:
    """A class's subclasses, theirs, and so on."""
    return [one for sub in kind.__subclasses__() for one in (sub, *family(sub))]


OURS = (errors.__name__, registration_errors.__name__)
CLASSES = [kind for kind in family(OAuthError) if kind.__module__ in OURS]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_is_registered_and_explained(kind: type[OAuthError]) -> None:
    """Its code is IANA's, its words keep to the RFC's characters, a page tells more."""
    assert kind.error in REGISTERED
    assert kind.error in REFERENCE
    assert DESCRIPTION.fullmatch(kind.words)
    assert 400 <= kind.status < 600


@pytest.mark.parametrize("kind", CLASSES)
def test_the_tree_is_drawn(kind: type[OAuthError]) -> None:
    """The docstring that opens its module shows every class."""
    assert re.search(rf"── {kind.__name__}\b", import_module(kind.__module__).__doc__ or "")


def test_no_page_is_about_an_error_that_is_never_sent() -> None:
    """The reference and the classes are the same set."""
    assert set(REFERENCE) == {kind.error for kind in CLASSES}


@given(st.text(max_size=40))
def test_a_description_keeps_to_the_characters(text: str) -> None:
    """%x20-21, %x23-5B, %x5D-7E, whatever was handed in; never empty."""
    problem = errors.InvalidRequest(text)
    assert problem.description
    assert DESCRIPTION.fullmatch(problem.description)
    assert len(problem.description) == len(text or errors.InvalidRequest.words)


@given(st.text(min_size=1, max_size=40))
def test_a_detail_stays_inside(detail: str) -> None:
    """What only the log may know does not come near the description."""
    problem = errors.InvalidGrant(detail=detail)
    assert problem.description == errors.InvalidGrant.words
    assert problem.detail == detail


def test_a_method_not_allowed_says_what_is() -> None:
    """The Allow header needs the list."""
    problem = errors.MethodNotAllowed(("GET", "HEAD"))
    assert (problem.status, problem.allow) == (405, ("GET", "HEAD"))
    assert "GET, HEAD" in problem.description


@pytest.mark.parametrize(
    ("problem", "status", "retry_after"),
    [
        (errors.TemporarilyUnavailable(), 503, 1),
        (errors.TooManyRequests(retry_after=77), 429, 77),
    ],
)
def test_trying_again_has_a_time(
    problem: errors.TemporarilyUnavailable, status: int, retry_after: int
) -> None:
    """Both are temporarily_unavailable and say when to come back."""
    assert problem.error == "temporarily_unavailable"
    assert (problem.status, problem.retry_after) == (status, retry_after)
