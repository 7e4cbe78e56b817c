"""Signature Version 4, against AWS's published case and against botocore's own signer."""

from __future__ import annotations

import calendar
import random
import string
import time
from datetime import UTC, datetime
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


endpoints = st.builds(
    lambda name, port: f"{name}.amazonaws.com{port}",
    words,
    st.just("") | st.integers(1, 65535).filter(lambda port: port != 443).map(":{}".format),
)
# From 1970 to 9999: as far as a timestamp has four digits for the year.
times = st.floats(0, 253402300799, allow_nan=False)


def botocore_signs(
    host: str,
    sent: dict[str, str],
    body: bytes,
    credentials: BotoCredentials,
    region: str,
    service: str,
    now: float,
) -> dict[str, str]:
    """The headers of the same request as botocore signs it, at a time of ours.

    These are the steps of its `add_auth`, which has the time of the machine only.
    """
    signer = SigV4Auth(credentials, service, region)
    request = AWSRequest("POST", f"https://{host}/", headers=sent, data=body)
    moment = datetime.fromtimestamp(int(now), UTC)
    request.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(request)
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(to_sign, request))
    return {name.lower(): value for name, value in request.headers.items()}


@settings(max_examples=400)
@given(
    host=endpoints,
    sent=headers,
    body=st.binary(max_size=200) | st.text(max_size=50).map(str.encode),
    access_key=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=20),
    secret_key=secrets,
    session_token=st.just("") | secrets,
    region=words,
    service=st.sampled_from(["dynamodb", "kms"]) | words,
    now=times,
)
def test_botocore_signs_alike(
    host: str,
    sent: dict[str, str],
    body: bytes,
    access_key: str,
    secret_key: str,
    session_token: str,
    region: str,
    service: str,
    now: float,
) -> None:
    """Same headers at the same time, same Authorization, character by character."""
    credentials = BotoCredentials(access_key, secret_key, session_token or None)
    expected = botocore_signs(host, sent, body, credentials, region, service, now)
    signed = sign(
        {"host": host, **sent},
        body,
        credentials=Credentials(access_key, secret_key, session_token),
        region=region,
        service=service,
        now=now,
    )
    assert signed.pop("host") == host
    assert signed == expected


LETTERS = string.ascii_lowercase + string.digits
PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F))


def test_botocore_signs_thousands_alike() -> None:
    """The same for many more, whose choices are made by a generator that is faster."""
    chance = random.Random(1)

    def text(alphabet: str, most: int, least: int = 1) -> str:
        return "".join(chance.choices(alphabet, k=chance.randint(least, most)))

    for _ in range(5000):
        service = chance.choice(["dynamodb", "kms"])
        region, now = f"{text(LETTERS, 6)}-{text(LETTERS, 9)}", chance.uniform(0, 253402300799)
        host = f"{service}.{region}.amazonaws.com{chance.choice(['', ':8443', ':80'])}"
        names = [f"x-{text(LETTERS, 12)}" for _ in range(chance.randint(0, 4))]
        sent = {name: text(f"{PRINTABLE}  \t", 30, 0) for name in names}
        body = text(f"{PRINTABLE}é\u2028\U0001f600\n", 200, 0).encode()
        keys = text(LETTERS, 20, 16).upper(), text(PRINTABLE, 50)
        token = chance.choice(["", text(PRINTABLE, 400)])
        theirs = BotoCredentials(*keys, token or None)
        expected = botocore_signs(host, sent, body, theirs, region, service, now)
        signed = sign(
            {"host": host, **sent},
            body,
            credentials=Credentials(*keys, token),
            region=region,
            service=service,
            now=now,
        )
        assert signed == {"host": host, **expected}


def test_botocore_signs_alike_by_itself() -> None:
    """The steps above are those that it takes when it is asked as a whole."""
    credentials = BotoCredentials("AKEXAMPLE", "example-secret", "example-token")
    request = AWSRequest("POST", "https://a.example/", headers={"x-a": " b  c "}, data=b"{}")
    SigV4Auth(credentials, "kms", "eu-west-1").add_auth(request)
    expected = {name.lower(): value for name, value in request.headers.items()}
    now = calendar.timegm(time.strptime(expected["x-amz-date"], "%Y%m%dT%H%M%SZ"))
    steps = botocore_signs(
        "a.example", {"x-a": " b  c "}, b"{}", credentials, "eu-west-1", "kms", now
    )
    assert steps == expected


def test_a_key_that_is_kept_is_still_the_right_one() -> None:
    """Derived keys are kept: another day, Region, service or secret has another signature."""
    base = {"region": "eu-west-1", "service": "kms", "now": 0.0}
    others: list[dict[str, Any]] = [{"region": "a"}, {"service": "b"}, {"now": 86400.0}, {}]
    seen = set()
    for secret in ("example-secret", "another-secret"):
        for change in (*others, *others):
            asked = {**base, **change}
            credentials = BotoCredentials("AKEXAMPLE", secret)
            expected = botocore_signs("a.example", {}, b"", credentials, **asked)
            ours = Credentials("AKEXAMPLE", secret)
            signed = sign({"host": "a.example"}, b"", credentials=ours, **asked)
            assert signed["authorization"] == expected["authorization"]
            seen.add(signed["authorization"])
    assert len(seen) == 2 * len(others)


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
