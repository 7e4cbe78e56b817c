"""The kit: what a client is told. RFC 6750 sections 2 and 3, RFC 9449 section 7, RFC 9470."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from postern_verifier import Binding, Needs, Refused, Token, errors
from tests.kit.issuer import (
    API,
    NOW,
    URL,
    FakeIssuer,
    bearer,
    challenges,
    dpop,
    jkt,
    proof,
    refusal,
    token,
)

ALGS = 'algs="RS256 PS256 ES256 Ed25519 EdDSA"'
METADATA = f'resource_metadata="{API}/.well-known/oauth-protected-resource"'
BEARER_ONLY = frozenset({Binding.NONE})
BOUND = token(cnf={"jkt": jkt()})


def every_error(kind: type[Refused]) -> list[type[Refused]]:
    """The classes below one, which are those that are raised."""
    below = kind.__subclasses__()
    return [kind] if not below else [one for each in below for one in every_error(each)]


# The token in the request, RFC 6750 section 2


@pytest.mark.parametrize(
    "headers",
    [
        [],
        {},
        [("Authorization", "")],
        [("Authorization", "Basic YTpi")],
        [("Authorization", "Bearerx")],
        [("Authorization", f"Bearer\t{token()}")],
        [("Authorization", token())],
        [("Authorization", f"\u0412earer {token()}")],
        [("X-Authorization", f"Bearer {token()}")],
        [("Cookie", f"access_token={token()}")],
        [("DPoP", proof(token()))],
    ],
    ids=range(11),
)
def test_without_a_token_no_error_is_told(headers: Any) -> None:
    """RFC 6750 section 3.1: what to send, for each scheme, and not what was wrong."""
    problem = refusal(FakeIssuer().verifier(), headers, needs=Needs("read"))
    assert (type(problem), problem.status) == (errors.NoToken, 401)
    assert challenges(problem) == [
        f'DPoP scope="read", {ALGS}, {METADATA}',
        f'Bearer scope="read", {METADATA}',
    ]


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "bearer  ",
        "Bearer a b",
        "Bearer a,b",
        'Bearer "a"',
        "Bearer é",
        "Bearer a\0b",
        "Bearer a=b",
        "DPoP =",
        "DPoP a;b",
    ],
)
def test_a_malformed_header_is_a_bad_request(value: str) -> None:
    """RFC 6750 section 3.1: 400."""
    problem = refusal(FakeIssuer().verifier(), [("Authorization", value)])
    assert (type(problem), problem.status) == (errors.MalformedAuthorization, 400)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEARER"])
def test_the_scheme_has_no_case(scheme: str) -> None:
    """RFC 9110 section 11.1; nor has the header's name; blanks around do not count."""
    headers = {"aUTHORIZATION": f" {scheme}  {token()}\t"}
    assert FakeIssuer().verifier().check(headers, "GET", URL)


@pytest.mark.parametrize(
    "headers",
    [
        [*bearer(token()), *bearer(token())],
        [*bearer(token()), ("authorization", "Basic YTpi")],
        [*bearer(BOUND), *dpop(BOUND, proof(BOUND))],
    ],
    ids=["twice", "two schemes", "figure 19"],
)
def test_a_token_comes_once(headers: list[tuple[str, str]]) -> None:
    """RFC 9449 figure 19: both challenges tell the error when it is unclear which was meant."""
    problem = refusal(FakeIssuer().verifier(), headers)
    assert (type(problem), problem.status) == (errors.RepeatedToken, 400)
    if len({value.split()[0] for _, value in headers[:2]}) > 1:
        assert all('error="invalid_request"' in said for said in challenges(problem))


@pytest.mark.parametrize(
    "query",
    ["access_token=a", "x=1&access_token=", "access%5Ftoken=a", "access_token", "&access_token"],
)
@pytest.mark.parametrize("headers", [[], bearer(token())], ids=["alone", "beside a header"])
def test_a_token_in_the_query_is_refused(query: str, headers: list[tuple[str, str]]) -> None:
    """RFC 9700 section 4.3.2: not even beside a good one."""
    problem = refusal(FakeIssuer().verifier(), headers, url=f"{URL}?{query}")
    assert (type(problem), problem.status) == (errors.TokenInQuery, 400)


@pytest.mark.parametrize(
    "query", ["", "token=a", "my_access_token=a", "a=access_token", "#access_token=a"]
)
def test_other_queries_are_the_applications(query: str) -> None:
    """Only that very parameter is refused."""
    assert FakeIssuer().verifier().check(bearer(token()), "GET", f"{URL}?{query}")


# The challenge, RFC 6750 section 3


def test_a_refused_token_is_told_why() -> None:
    """In the challenge of the scheme that was used; the other only says that it is there."""
    problem = refusal(FakeIssuer().verifier(), bearer(token(exp=NOW - 60)))
    assert challenges(problem) == [
        f"DPoP {ALGS}, {METADATA}",
        'Bearer error="invalid_token", error_description="The access token has expired.", '
        f"{METADATA}",
    ]
    assert json.loads(problem.body) == {
        "error": "invalid_token",
        "error_description": "The access token has expired.",
    }
    assert ("Cache-Control", "no-store") in problem.headers


def test_a_challenge_has_a_parameter_at_least() -> None:
    """RFC 6750 section 3: a realm when there is nothing else to say."""
    verifier = FakeIssuer().verifier("urn:api", accept=BEARER_ONLY)
    assert challenges(refusal(verifier, [])) == ['Bearer realm="api"']


@pytest.mark.parametrize("kind", every_error(Refused))
def test_every_error_can_be_told(kind: type[Refused]) -> None:
    """A registered code with its status, and a description of the characters of RFC 6750."""
    codes = {
        None: {401, 503},
        "invalid_request": {400},
        "invalid_token": {401},
        "insufficient_scope": {403},
        "insufficient_user_authentication": {401},
        "invalid_dpop_proof": {401},
        "use_dpop_nonce": {401},
    }
    assert kind.status in codes[kind.error]
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", kind.description)
    assert kind.description != Refused.description
    assert kind("more").reason == str(kind("more")) == "more"
    assert kind().reason == kind.description


def test_no_reason_holds_a_token() -> None:
    """It goes into the log of the resource server."""
    text = token(aud="other", exp=1)
    for headers in (bearer(text), dpop(text, proof("other")), bearer(f"{text}x"), bearer(text[9:])):
        assert text[9:] not in refusal(FakeIssuer().verifier(), headers).reason


# Step-up, RFC 9470


@pytest.mark.parametrize(
    ("needs", "claims"),
    [
        (Needs(acr_values=("mfa",)), {"acr": "mfa"}),
        (Needs(acr_values=("mfa", "phr")), {"acr": "phr"}),
        (Needs(max_age=300), {"auth_time": NOW - 300}),
        (Needs(max_age=0), {"auth_time": NOW}),
        (Needs("read", ("mfa",), 60), {"acr": "mfa", "auth_time": NOW - 1}),
    ],
    ids=str,
)
def test_a_sign_in_that_is_good_enough_passes(needs: Needs, claims: dict[str, Any]) -> None:
    """By one of the means that are named, and recent enough."""
    assert FakeIssuer().verifier().check(bearer(token(**claims)), "GET", URL, needs)


@pytest.mark.parametrize(
    ("needs", "claims", "told"),
    [
        (Needs(acr_values=("mfa",)), {}, 'acr_values="mfa"'),
        (Needs(acr_values=("mfa", "phr")), {"acr": "pwd"}, 'acr_values="mfa phr"'),
        (Needs(acr_values=("mfa",)), {"acr": "MFA"}, 'acr_values="mfa"'),
        (Needs(acr_values=("mfa",)), {"acr": "mfa phr"}, 'acr_values="mfa"'),
        (Needs(max_age=300), {}, 'max_age="300"'),
        (Needs(max_age=300), {"auth_time": NOW - 301}, 'max_age="300"'),
        (Needs(max_age=0), {"auth_time": NOW - 1}, 'max_age="0"'),
        (Needs("", ("mfa",), 5), {"acr": "mfa"}, 'acr_values="mfa", max_age="5"'),
        (Needs("", ("mfa",), 5), {"auth_time": NOW}, 'acr_values="mfa", max_age="5"'),
    ],
    ids=str,
)
def test_the_user_has_to_sign_in_again(needs: Needs, claims: dict[str, Any], told: str) -> None:
    """401 with what is wanted, RFC 9470 section 3, also when the token does not say."""
    problem = refusal(FakeIssuer().verifier(), bearer(token(**claims)), needs=needs)
    assert (type(problem), problem.status) == (errors.InsufficientUserAuthentication, 401)
    said = challenges(problem)[1]
    assert said.startswith('Bearer error="insufficient_user_authentication", ')
    assert told in said


def test_scope_comes_before_step_up() -> None:
    """No user signs in again for what the client may not do at all."""
    problem = refusal(FakeIssuer().verifier(), bearer(token()), needs=Needs("admin", ("mfa",)))
    assert type(problem) is errors.InsufficientScope


@pytest.mark.parametrize("scheme", ["Bearer", "DPoP"])
def test_an_operation_can_ask_for_more_later(scheme: str) -> None:
    """`require` refuses with the same challenges as `check`."""
    verifier = FakeIssuer().verifier()
    headers = bearer(token()) if scheme == "Bearer" else dpop(BOUND, proof(BOUND))
    found = verifier.check(headers, "GET", URL)
    verifier.require(found, Needs("read"))
    with pytest.raises(errors.InsufficientScope) as caught:
        verifier.require(found, Needs("admin"))
    told = [said for said in challenges(caught.value) if "error=" in said]
    assert [said.split(" ")[0] for said in told] == [scheme]


@pytest.mark.parametrize(
    "needs",
    [
        {"scope": 'a"b'},
        {"scope": "a  b"},
        {"scope": " "},
        {"scope": "é"},
        {"scope": "a\\b"},
        {"scope": "a\r\nSet-Cookie: x"},
        {"acr_values": ("a b",)},
        {"acr_values": ("",)},
        {"acr_values": ('"',)},
        {"max_age": -1},
    ],
    ids=str,
)
def test_needs_that_no_header_can_say_are_refused(needs: dict[str, Any]) -> None:
    """When the program starts: nothing can break out of a challenge."""
    with pytest.raises(ValueError, match=r"cannot be"):
        Needs(**needs)


def test_further_checks_come_last_but_for_the_proof() -> None:
    """They see the token that passed; what they refuse is told, and spends no proof."""
    seen: list[Token] = []
    revoked = {"t1"}

    def status(found: Token) -> None:
        seen.append(found)
        if found.claims["jti"] in revoked:
            raise errors.NotActive

    verifier = FakeIssuer().verifier(further=[status])
    once = dpop(BOUND, proof(BOUND))
    assert 'error="invalid_token"' in challenges(refusal(verifier, once))[0]
    revoked.clear()
    assert [verifier.check(once, "GET", URL)] == seen[1:]
    refusal(verifier, bearer(token(exp=1)))
    assert len(seen) == 2
