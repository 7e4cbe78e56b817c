"""The kit: the metadata of a protected resource. RFC 9728 sections 2, 3 and 5."""

from __future__ import annotations

from typing import Any

import pytest

from postern_verifier import BOUND, Binding, ProofRules
from postern_verifier.metadata import url
from tests.kit.issuer import API, ISSUER, FakeIssuer, challenges, refusal

WELL_KNOWN = "/.well-known/oauth-protected-resource"


@pytest.mark.parametrize(
    ("resource", "where"),
    [
        ("https://resource.example.com", f"https://resource.example.com{WELL_KNOWN}"),
        ("https://resource.example.com/", f"https://resource.example.com{WELL_KNOWN}"),
        (
            "https://resource.example.com/resource1",
            f"https://resource.example.com{WELL_KNOWN}/resource1",
        ),
        ("https://a.example/b/c/", f"https://a.example{WELL_KNOWN}/b/c/"),
        ("https://a.example/b?c=d", f"https://a.example{WELL_KNOWN}/b?c=d"),
        ("https://a.example?c=d", f"https://a.example{WELL_KNOWN}?c=d"),
        ("https://a.example/?c=d", f"https://a.example{WELL_KNOWN}?c=d"),
        ("https://a.example:8443/b", f"https://a.example:8443{WELL_KNOWN}/b"),
        ("http://127.0.0.1:9001/b", f"http://127.0.0.1:9001{WELL_KNOWN}/b"),
    ],
)
def test_the_document_lies_between_host_and_path(resource: str, where: str) -> None:
    """Section 3.1, and every challenge points there: section 5.1."""
    verifier = FakeIssuer().verifier(resource)
    assert url(resource) == where
    assert where.endswith(str(verifier.metadata_path))
    assert all(f'resource_metadata="{where}"' in said for said in challenges(refusal(verifier, [])))


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        (
            {},
            {
                "dpop_signing_alg_values_supported": ["ES256"],
                "tls_client_certificate_bound_access_tokens": True,
            },
        ),
        (
            {"accept": BOUND},
            {
                "dpop_signing_alg_values_supported": ["ES256"],
                "tls_client_certificate_bound_access_tokens": True,
            },
        ),
        (
            {"accept": frozenset({Binding.DPOP})},
            {
                "dpop_signing_alg_values_supported": ["ES256"],
                "dpop_bound_access_tokens_required": True,
            },
        ),
        ({"accept": frozenset({Binding.NONE})}, {}),
    ],
    ids=["any", "bound", "dpop", "plain"],
)
def test_the_document_says_what_is_accepted(
    settings: dict[str, Any], offered: dict[str, object]
) -> None:
    """Section 2: who issues, how a token comes, what proves it."""
    verifier = FakeIssuer().verifier(proofs=ProofRules(algs=("ES256",)), **settings)
    assert verifier.metadata() == {
        "resource": API,
        "authorization_servers": [ISSUER],
        "bearer_methods_supported": ["header"],
        **offered,
    }


def test_the_document_takes_more_members() -> None:
    """And leaves out what is None."""
    more = {
        "scopes_supported": ["read"],
        "resource_name": "Files",
        "bearer_methods_supported": None,
    }
    found = FakeIssuer().verifier().metadata(**more)
    assert found["scopes_supported"] == ["read"]
    assert "bearer_methods_supported" not in found


def test_a_resource_without_a_url_has_no_document() -> None:
    """Its challenges do not point anywhere."""
    verifier = FakeIssuer().verifier("urn:api")
    assert verifier.metadata_path is None
    with pytest.raises(ValueError, match="no URL"):
        verifier.metadata()
    assert all("resource_metadata" not in said for said in challenges(refusal(verifier, [])))


def test_a_resource_can_be_named_apart_from_the_audience() -> None:
    """Tokens say urn:api, clients call an https URL."""
    verifier = FakeIssuer().verifier("urn:api", resource=API)
    assert verifier.metadata()["resource"] == API
