"""Signature Version 4, against AWS's published case and against botocore's own signer."""

from __future__ import annotations

import calendar
import time
from typing import Any

from botocore.auth import SIGNED_HEADERS_BLACKLIST, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.aws.credentials import Credentials
from chalicelib.aws.signature_v4 import sign
from tests import vectors

visible = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
secrets = st.text(visible, min_size=1, max_size=50)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=16).filter(
    lambda word: word.strip("-") == word
)
header_values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30)
# Names that botocore leaves unsigned, or sets by itself.
own = {"host", "authorization", "date", "x-amz-date", "x-amz-security-token"}
own |= set(SIGNED_HEADERS_BLACKLIST)
headers = st.dictionaries(words.filter(lambda name: name not in own), header_values, max_size=5)


def botocore_signs(
    host: str, sent: dict[str, str], body: bytes, credentials: Any, region: str, service: str
) -> dict[str, str]:
    """The headers of the same request as botocore signs it, at its own time."""
    request = AWSRequest("POST", f"https://{host}/", headers=sent, data=body)
    SigV4Auth(credentials, service, region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@settings(max_examples=1000)
@given(
    name=words,
    sent=headers,
    body=st.binary(max_size=200),
    access_key=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=20),
    secret_key=secrets,
    session_token=st.just("") | secrets,
    region=words,
    service=st.sampled_from(["dynamodb", "kms"]) | words,
)
def test_botocore_signs_alike(
    name: str,
    sent: dict[str, str],
    body: bytes,
    access_key: str,
    secret_key: str,
    session_token: str,
    region: str,
    service: str,
) -> None:
    """Same headers, same Authorization, character by character."""
    host = f"{name}.amazonaws.com"
    credentials = BotoCredentials(access_key, secret_key, session_token or None)
    expected = botocore_signs(host, sent, body, credentials, region, service)
    moment = calendar.timegm(time.strptime(expected["x-amz-date"], "%Y%m%dT%H%M%SZ"))
    signed = sign(
        {"host": host, **sent},
        body,
        credentials=Credentials(access_key, secret_key, session_token),
        region=region,
        service=service,
        now=moment + 0.9,
    )
    assert signed.pop("host") == host
    assert signed == expected


def test_the_published_case() -> None:
    """`post-vanilla` of AWS's test suite."""
    vector = vectors.load("aws_signature_v4")
    signed = sign(
        vector["headers"],
        vector["body"].encode(),
        credentials=Credentials(vector["access_key"], vector["secret_key"]),
        region=vector["region"],
        service=vector["service"],
        now=vector["time"],
    )
    assert signed["x-amz-date"] == vector["date"]
    assert signed["authorization"] == vector["authorization"]


def test_what_was_handed_in_stays_as_it_is() -> None:
    """The caller's headers are not written to."""
    given_headers = {"host": "a.example"}
    credentials = Credentials("AKEXAMPLE", "example-secret")
    sign(given_headers, b"", credentials=credentials, region="r", service="s", now=0)
    assert given_headers == {"host": "a.example"}
