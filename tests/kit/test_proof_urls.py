"""The kit: which URLs are the same to a DPoP proof. RFC 9449 section 4.3, RFC 3986 section 6.2."""

from __future__ import annotations

import pytest

from postern_verifier import errors
from tests.kit.issuer import URL, FakeIssuer, dpop, jkt, proof, refusal, token

BOUND = token(cnf={"jkt": jkt()})


@pytest.mark.parametrize(
    "htu",
    [
        "https://api.example.com/file",
        "https://api.example.com/files/",
        "https://api.example.com/FILES",
        "https://api.example.com//files",
        "https://api.example.com/x/../files",
        "https://api.example.com/./files",
        "https://api.example.com",
        "http://api.example.com/files",
        "https://api.example.com:8443/files",
        "https://api.example.com.evil.example/files",
        "https://evil.example/files",
        "https://api.example.com@evil.example/files",
        "https://user@api.example.com/files",
        "https://api.example.com:port/files",
        "https://api.example.com:99999/files",
        "https://[::1/files",
        "https:///files",
        "//api.example.com/files",
        "/files",
        "files",
        "ftp://api.example.com/files",
        " https://api.example.com/files",
        "https://api.example.com/files ",
        "https://api.example.com/files\n",
        "https://api.example.com\\files",
        "https://api.example.com/fil\u0435s",
        "https://api.example.com/files%00",
        "https://api.example.com/%2566iles",
        "https://api.example.com/files;a=b",
        "https://api.example.com%2Ffiles",
    ],
)
def test_the_url_is_the_requests(htu: str) -> None:
    """Another path, host, port or scheme, or nothing that is a URL."""
    problem = refusal(FakeIssuer().verifier(), dpop(BOUND, proof(BOUND, htu=htu)))
    assert type(problem) is errors.WrongURL


@pytest.mark.parametrize(
    ("htu", "url"),
    [
        (URL, f"{URL}?page=2"),
        (f"{URL}?page=1", f"{URL}?page=2"),
        (f"{URL}#top", URL),
        (f"{URL}?a#b", f"{URL}#c"),
        ("HTTPS://API.Example.COM/files", URL),
        ("https://api.example.com:443/files", URL),
        (URL, "https://API.example.com:443/files"),
        ("https://api.example.com/%66iles", URL),
        ("https://api.example.com/a%2fb", "https://api.example.com/a%2Fb"),
        ("https://api.example.com", "https://api.example.com/"),
        ("https://api.example.com?a=b", "https://api.example.com/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a?b"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
    ],
)
def test_equal_urls_have_several_spellings(htu: str, url: str) -> None:
    """Query and fragment do not count; RFC 3986 sections 6.2.2 and 6.2.3."""
    assert FakeIssuer().verifier().check(dpop(BOUND, proof(BOUND, htu=htu)), "GET", url)


@pytest.mark.parametrize(
    "url", ["", "/files", "https://[::1", "https://api.example.com:x/files", "é"]
)
def test_a_request_to_no_url_is_refused(url: str) -> None:
    """An adapter that gives nonsense gets a refusal, and no other error."""
    problem = refusal(FakeIssuer().verifier(), dpop(BOUND, proof(BOUND, htu=url)), url=url)
    assert problem.error == "invalid_dpop_proof"
