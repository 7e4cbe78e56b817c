"""/userinfo with what no client sends by accident. RFC 6750 sections 2 and 3.1."""

from __future__ import annotations

import string
from urllib.parse import urlencode

import pytest

from tests.endpoints.test_odd_requests import RAW
from tests.endpoints.test_odd_values import ODD, odd
from tests.endpoints.test_userinfo import challenges, is_refused, send
from tests.reply import Reply
from tests.world import World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
TOKEN = set(string.ascii_letters + string.digits + "-._~+/=")  # RFC 6750 section 2.1


def is_told(reply: Reply, value: str) -> None:
    """400 for what cannot be a token, 401 for what is none of ours; never with a claim."""
    if set(value) <= TOKEN:
        is_refused(reply, 401, "invalid_token")
    else:
        is_refused(reply, 400, "invalid_request")


@odd
def test_an_odd_token_in_the_form_is_refused(still: World, value: str) -> None:
    """In the words of its kind, and before the table is asked."""
    is_told(send(still, method="POST", access_token=value), value)
    assert still.aws.count().get("BatchGetItem", 0) == 0


@odd
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_odd_token_in_the_header_is_refused(still: World, method: str, value: str) -> None:
    """As far as HTTP lets it through."""
    reply = send(still, f"Bearer {value}", method=method)
    if reply.status in (413, 431):  # the gateway's own limit on headers
        assert len(value) > 10_000
    elif not value.strip():
        is_refused(reply, 400, "invalid_request")
    else:
        is_told(reply, value)
    assert still.aws.count().get("BatchGetItem", 0) == 0


@pytest.mark.parametrize("value", RAW.values(), ids=RAW)
def test_a_token_that_is_no_text_is_refused(still: World, value: str) -> None:
    """In the form; in the query none is taken at all."""
    for method, query, body in (
        ("POST", "", f"access_token={value}".encode()),
        ("GET", f"?access_token={value}", b""),
    ):
        reply = still.request(method, f"/userinfo{query}", headers=[FORM], body=body)
        is_refused(reply, 400, "invalid_request")


def test_other_parameters_do_not_matter(still: World) -> None:
    """OpenID Connect Core section 5.3.1 has none: in the query and in the form they are ignored."""
    good = still.tokens(scope="openid email")["access_token"]
    expected = send(still, f"Bearer {good}").text
    for words, value in ODD.items():
        if words == "10 KiB":
            continue  # with the token that is more than a query may hold
        query = "?" + urlencode({"schema": value, "unknown": value})
        assert send(still, f"Bearer {good}", query=query).text == expected
        posted = send(still, f"Bearer {good}", method="POST", schema=value, claims=value)
        assert posted.text == expected
    still.aws.reset()


@pytest.mark.parametrize(
    "body",
    [b"", b"access_token=", b"access_token", b"token=x", b"ACCESS_TOKEN=x", b"access_token%00=x"],
)
def test_a_form_without_a_token_names_no_error(still: World, body: bytes) -> None:
    """An empty one is an absent one; names are as they are."""
    reply = still.request("POST", "/userinfo", headers=[FORM], body=body)
    assert (reply.status, reply.text) == (401, "")
    assert "error" not in " ".join(challenges(reply))


@pytest.mark.parametrize(
    "body",
    [b"access_token=a&access_token=b", b"access_token=\xff", b"a=" + b"x" * 64 * 1024,
     b"&".join(b"a%d=1" % number for number in range(101))],
    ids=["twice", "raw", "large", "many"],
)  # fmt: skip
def test_a_malformed_form_is_refused(still: World, body: bytes) -> None:
    """RFC 6750 section 3.1."""
    reply = still.request("POST", "/userinfo", headers=[FORM], body=body)
    is_refused(reply, 400, "invalid_request")
