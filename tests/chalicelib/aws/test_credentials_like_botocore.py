"""Credentials of the environment and of the container, beside botocore's own providers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.credentials import (
    ContainerProvider,
    CredentialResolver,
    EnvProvider,
    create_credential_resolver,
)
from botocore.session import get_session
from botocore.utils import ContainerMetadataFetcher
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.aws.container_credentials import ContainerCredentials, is_allowed, read
from chalicelib.aws.credential_source import source
from chalicelib.aws.credentials import FULL_URI, Credentials
from tests.chalicelib.aws.stand_in import StandIn, says

FAR = "2090-01-01T00:00:00Z"
SAID = {
    "AccessKeyId": "AKEXAMPLE",
    "SecretAccessKey": "example-secret",
    "Token": "example-token",
    "Expiration": FAR,
}
KEY = {"AWS_ACCESS_KEY_ID": "AKOWN", "AWS_SECRET_ACCESS_KEY": "own-secret"}


def by_botocore(environ: Mapping[str, str]) -> Any:
    """What its container provider loads, without waiting between tries."""
    fetcher = ContainerMetadataFetcher(sleep=lambda _: None)
    return ContainerProvider(environ=dict(environ), fetcher=fetcher).load()


@pytest.mark.parametrize(
    "expiration",
    [
        "2090-01-01T00:00:00Z",
        "2090-01-01T00:00:00.123456Z",
        "2090-01-01T00:00:00.123Z",
        "2090-01-01T00:00:00+00:00",
        "2090-01-01T02:00:00+02:00",
        "20900101T000000Z",
    ],
)
def test_an_answer_gives_the_same_credentials(expiration: str) -> None:
    """Key, secret, token and their end: Lambda writes a fraction of a second, Amazon ECS none."""
    said = SAID | {"Expiration": expiration, "RoleArn": "arn:aws:iam::0:role/r", "AccountId": "0"}
    with StandIn([says(200, said)]) as at:
        environ = {FULL_URI: f"{at.url}/c", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "example"}
        theirs = by_botocore(environ)
        ours = ContainerCredentials(environ, lambda: 0)()
    frozen = theirs.get_frozen_credentials()
    assert ours == Credentials(frozen.access_key, frozen.secret_key, frozen.token)
    assert read(json.dumps(said).encode())[1] == theirs._expiry_time.timestamp()
    first, second = at.calls
    assert (first.method, first.target) == (second.method, second.target)
    for name in ("Authorization", "Accept", "Host"):
        assert first.header(name) == second.header(name)


@pytest.mark.parametrize("missing", SAID)
def test_neither_does_with_less(missing: str) -> None:
    """Each of the four is needed."""
    said = {name: value for name, value in SAID.items() if name != missing}
    with StandIn([says(200, said)]) as at, pytest.raises(KeyError, match=missing):
        by_botocore({FULL_URI: at.url})
    with pytest.raises(ValueError, match=missing):
        read(json.dumps(said).encode())


def botocore_allows(url: str) -> bool:
    """Whether it would send the token there."""
    try:
        ContainerMetadataFetcher()._validate_allowed_url(url)
    except ValueError:
        return False
    return True


ALLOWED = [
    "https://example.com/c",
    "https://169.254.1.1/",
    "http://127.0.0.1/c",
    "http://127.0.0.1:9001/2021-04-23/credentials",
    "http://127.1.2.3",
    "http://localhost:80/c",
    "http://LOCALHOST/",
    "http://[::1]:8000/c",
    "http://169.254.170.2/v2/c",
    "http://169.254.170.23/v1/credentials",
    "http://[fd00:ec2::23]/v1/credentials",
]
REFUSED = [
    "",
    "c",
    "/c",
    "//127.0.0.1/c",
    "http://",
    "http:///c",
    "http://example.com/c",
    "http://169.254.169.254/latest/meta-data",
    "http://169.254.170.3/c",
    "http://10.0.0.1/c",
    "http://192.168.0.1",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[fd00:ec2::24]/",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://127.0.0.1@example.com/",
    "http://localhost@example.com/",
    "http://example.com#@127.0.0.1/",
    "http://example.com?@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "ftp://127.0.0.1/c",
    "file:///c",
    "http://127.0.0.1:port/",
    "http://127.0.0.1:99999/",
    "http://[::1/",
]


@pytest.mark.parametrize("url", ALLOWED)
def test_where_the_token_may_go(url: str) -> None:
    """Over TLS, to this machine, or to the agents of Amazon ECS and EKS."""
    assert is_allowed(url)
    assert botocore_allows(url)


@pytest.mark.parametrize("url", REFUSED)
def test_where_it_may_not(url: str) -> None:
    """Neither asked for nor resolved: the process does not start."""
    assert not is_allowed(url)
    with pytest.raises(ValueError, match=FULL_URI):
        source({FULL_URI: url or "http://"})


hosts = st.sampled_from(
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "169.254.170.2",
        "[fd00:ec2::23]",
        "example.com",
        "10.0.0.1",
    ]
)


@example(scheme="http", before="127.0.0.1@", host="example.com", after="")
@example(scheme="http", before="", host="example.com", after="#@127.0.0.1")
@given(
    scheme=st.sampled_from(["http", "HTTP", "https", "ftp", ""]),
    before=st.sampled_from(["", "127.0.0.1@", "a:b@", "\\", "/", "127.0.0.1.", " ", "\t"]),
    host=hosts,
    after=st.text(":/?#@\\.%0129 localhost", max_size=12),
)
def test_we_are_no_laxer(scheme: str, before: str, host: str, after: str) -> None:
    """Whatever is allowed here is allowed by botocore."""
    url = f"{scheme}://{before}{host}{after}"
    assert not is_allowed(url) or botocore_allows(url)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (KEY, "AKOWN"),
        (KEY | {FULL_URI: "http://127.0.0.1:1/"}, "AKOWN"),
        ({}, "AKEXAMPLE"),
        ({"AWS_ACCESS_KEY_ID": ""}, "AKEXAMPLE"),
    ],
    ids=["a key", "both", "an endpoint", "an empty key"],
)
def test_which_source_wins(environ: dict[str, str], expected: str) -> None:
    """The environment, as in botocore: whoever sets a key by hand means it."""
    with StandIn([says(200, SAID)]) as at:
        named = {FULL_URI: at.url} | environ if expected == "AKEXAMPLE" else environ
        assert source(named, lambda: 0)().access_key == expected
        assert _chosen_by_botocore(named) == expected


def _chosen_by_botocore(environ: dict[str, str]) -> str:
    """The environment first, then the container: the order of `create_credential_resolver`."""
    container = ContainerProvider(dict(environ), ContainerMetadataFetcher(sleep=lambda _: None))
    found = CredentialResolver([EnvProvider(dict(environ)), container]).load_credentials()
    return str(found.access_key)


def test_botocore_asks_the_environment_before_the_container() -> None:
    """The order that the test above assumes is botocore's own."""
    names = [provider.METHOD for provider in create_credential_resolver(get_session()).providers]
    assert names.index("env") < names.index("container-role")


def test_without_either_the_missing_variable_names_itself() -> None:
    """A function that was given nothing does not sign with nothing."""
    with pytest.raises(KeyError, match="AWS_ACCESS_KEY_ID"):
        source({})()


def test_a_changed_environment_is_seen() -> None:
    """The credentials of the moment, not those of the start."""
    environ = dict(KEY)
    credentials = source(environ)
    assert credentials().access_key == "AKOWN"
    environ["AWS_ACCESS_KEY_ID"] = "AKOTHER"
    assert credentials().access_key == "AKOTHER"
