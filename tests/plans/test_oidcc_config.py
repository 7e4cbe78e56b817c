"""The plan config, `oidcc-discovery-endpoint-verification`; and what each module looks at first."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.plans import oidcc
from tests.plans.oidcc_conditions import json_of
from tests.world import World

METADATA = "/.well-known/openid-configuration"
# Of HTTP clients in Java; the last is the suite's own for other calls.
ACCEPTED = (
    "text/plain, application/json, application/*+json, */*",
    "*/*",
    "application/json;charset=UTF-8",
)
# What a value must be for the suite to know it.
ALGORITHMS = {
    *("none", "EdDSA", "Ed25519"),
    *(f"{kind}{bits}" for kind in ("HS", "RS", "ES", "PS") for bits in (256, 384, 512)),
}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture
def told(stage: World) -> dict[str, Any]:
    """The metadata."""
    return json_of(stage.get(METADATA))


@pytest.fixture
def keys(stage: World, told: dict[str, Any]) -> list[dict[str, str]]:
    """The keys that they lead to."""
    found = json_of(stage.get(told["jwks_uri"].removeprefix(stage.issuer)))["keys"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("accept", ACCEPTED)
def test_it_is_json(stage: World, accept: str) -> None:
    """200 and JSON, whatever the client likes best."""
    headers = [("Accept", accept), ("Accept-Charset", "utf-8")]
    json_of(stage.request("GET", METADATA, headers=headers))


def test_the_issuer(stage: World, told: dict[str, Any]) -> None:
    """Where the document lies; a URL without query or fragment."""
    assert f"{told['issuer']}{METADATA}" == f"{stage.issuer}{METADATA}"
    parts = urlsplit(told["issuer"])
    assert (parts.scheme, parts.query, parts.fragment) == ("https", "", "")


def test_every_address_is_https(told: dict[str, Any]) -> None:
    """Those of the plan, and every other member that ends so."""
    required = {"authorization", "token", "userinfo", "registration", "end_session"}
    named = {name for name in told if name.endswith("_endpoint")}
    assert {f"{name}_endpoint" for name in required} <= named
    addresses = [told[name] for name in (*named, "jwks_uri")]
    assert all(re.fullmatch(r"https://[^\s#]+", address) for address in addresses)


@pytest.mark.parametrize(
    ("member", "wanted"),
    [
        ("response_types_supported", {"code"}),
        ("subject_types_supported", {"public", "pairwise"}),
        ("id_token_signing_alg_values_supported", {"RS256"}),
        ("userinfo_signing_alg_values_supported", {"RS256"}),
        ("request_object_signing_alg_values_supported", {"RS256"}),
        ("grant_types_supported", {"authorization_code"}),
        ("scopes_supported", {"openid", "profile", "email", "address", "phone", "offline_access"}),
        ("claims_supported", {"sub", *oidcc.PERSON}),
        ("code_challenge_methods_supported", {"S256"}),
        ("token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}),
    ],
)
def test_a_list_has_what_is_looked_for(told: dict[str, Any], member: str, wanted: set[str]) -> None:
    """A list of texts, each once, these among them."""
    values = told[member]
    assert all(type(value) is str and value for value in values)
    assert len(values) == len(set(values))
    assert wanted <= set(values)


@pytest.mark.parametrize("of", ["id_token", "userinfo", "request_object"])
def test_every_algorithm_is_known(told: dict[str, Any], of: str) -> None:
    """To the registry of RFC 7518, and to those after it."""
    assert set(told[f"{of}_signing_alg_values_supported"]) <= ALGORITHMS


@pytest.mark.parametrize("what", ["request", "request_uri", "claims"])
def test_what_is_not_there_by_default_is_said(told: dict[str, Any], what: str) -> None:
    """`..._parameter_supported`: the suite notes what is false."""
    assert told[f"{what}_parameter_supported"] is True


def test_scopes_have_the_characters_of_a_scope(told: dict[str, Any]) -> None:
    """RFC 6749 section 3.3."""
    assert all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", one) for one in told["scopes_supported"])


def test_the_keys_are_public(keys: list[dict[str, str]]) -> None:
    """Asymmetric ones, and nothing of their private halves."""
    assert {key["kty"] for key in keys} <= {"RSA", "EC", "OKP"}
    assert not any(PRIVATE & key.keys() for key in keys)


def test_the_keys_have_names(keys: list[dict[str, str]]) -> None:
    """A kid each, and none of them twice."""
    assert all(key["kid"] for key in keys)
    assert len({key["kid"] for key in keys}) == len(keys)


def test_the_keys_are_well_formed(keys: list[dict[str, str]]) -> None:
    """Base64url without padding; a modulus of 2048 bits or more."""
    numbers = [key[name] for key in keys for name in ("n", "e", "x", "y") if name in key]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", number) for number in numbers)
    moduli = [key["n"] for key in keys if key["kty"] == "RSA"]
    assert moduli
    assert all(len(modulus) >= 342 for modulus in moduli)
