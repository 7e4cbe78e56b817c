"""openid-client, unmodified, in every pair of what FAPI 2.0 combines; a real TLS handshake.

It proves the client and the sender, reads every answer, and throws unless the signature of each
signed one, iss, aud, exp, state, nonce and the subject of /userinfo are right.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from http.client import HTTPSConnection
from itertools import combinations, product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.client_certificates import AUTHORITY, SUBJECT, issued, thumbprint
from tests.client_signatures import number, private_key, public_jwk
from tests.interop import mutual_tls, scripts
from tests.interop.member import Member
from tests.interop.scripts import SECONDS, Node
from tests.interop.test_private_key_jwt import pair
from tests.reply import claims, header
from tests.running import Running

pytestmark = pytest.mark.node

EMAIL = "interop@example.com"
REDIRECT = "https://client.example.com/callback"
TLS, SELF_SIGNED = "tls_client_auth", "self_signed_tls_client_auth"
METHODS = ("PS256", "ES256", "Ed25519", TLS, SELF_SIGNED)
BINDINGS = ("bearer", "DPoP", "certificate")
REQUESTS = ("plain", "pushed", "pushed and signed")
MODES = ("query", "query.jwt", "form_post.jwt")


@dataclass(frozen=True)
class Combination:
    """How a client is known, what binds its tokens, how it asks, how it is answered."""

    method: str
    binding: str
    request: str
    mode: str

    def __str__(self) -> str:
        return ", ".join(asdict(self).values())

    @property
    def is_fapi(self) -> bool:
        """Whether the profile has it."""
        return self.binding != "bearer" and self.request != "plain"


COMBINATIONS = [
    Combination("PS256", "bearer", "plain", "query"),
    Combination("PS256", "DPoP", "pushed", "form_post.jwt"),
    Combination("PS256", "certificate", "pushed and signed", "query.jwt"),
    Combination("ES256", "bearer", "pushed", "query.jwt"),
    Combination("ES256", "DPoP", "pushed and signed", "query"),
    Combination("ES256", "certificate", "plain", "form_post.jwt"),
    Combination("Ed25519", "bearer", "pushed and signed", "form_post.jwt"),
    Combination("Ed25519", "DPoP", "plain", "query.jwt"),
    Combination("Ed25519", "certificate", "pushed", "query"),
    Combination(TLS, "bearer", "plain", "query"),
    Combination(TLS, "DPoP", "pushed", "form_post.jwt"),
    Combination(TLS, "certificate", "pushed and signed", "query.jwt"),
    Combination(SELF_SIGNED, "bearer", "pushed", "query.jwt"),
    Combination(SELF_SIGNED, "DPoP", "pushed and signed", "query"),
    Combination(SELF_SIGNED, "certificate", "plain", "form_post.jwt"),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server, with a host that takes certificates."""
    with mutual_tls.with_certificates(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def member(stage: Running) -> Member:
    """A person with an account, who stays signed in."""
    return Member(stage.url, stage.user(email=EMAIL))


def test_every_pair_is_there() -> None:
    """Each value of each column stands beside each of every other column."""
    columns = {"method": METHODS, "binding": BINDINGS, "request": REQUESTS, "mode": MODES}
    rows = [asdict(one) for one in COMBINATIONS]
    for first, second in combinations(columns, 2):
        pairs = {(row[first], row[second]) for row in rows}
        assert pairs == set(product(columns[first], columns[second]))


def given_to(stage: Running, client: str, folder: Path, shown: str | None, key: str) -> int:
    """The status of a token request at the host for certificates; OSError without a connection."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.load_verify_locations(cadata=mutual_tls.authority())
    if shown is not None:
        path = folder / "shown.pem"
        path.write_text(shown + key)
        tls.load_cert_chain(path)
    host = urlsplit(str(stage.services.settings.mtls_url)).netloc
    form = {"grant_type": "client_credentials", "scope": "read", "client_id": client}
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(HTTPSConnection(host, context=tls, timeout=SECONDS)) as connection:
        connection.request("POST", "/token", urlencode(form), sent)
        answer = connection.getresponse()
        answer.read()
        return answer.status


@pytest.mark.parametrize(
    ("subject", "issuer", "status"),
    [
        (SUBJECT, AUTHORITY, 200),
        (None, AUTHORITY, 401),
        ("CN=another", AUTHORITY, 401),
        (SUBJECT, "CN=nobody knows", None),
    ],
)
def test_the_handshake_is_what_proves(
    stage: Running, tmp_path: Path, subject: str | None, issuer: str, status: int | None
) -> None:
    """The client's own certificate; none and another's prove nothing, a stranger's is cut off."""
    client = stage.client(
        token_endpoint_auth_method=TLS,
        tls_client_auth_subject_dn=SUBJECT,
        grant_types=["client_credentials"],
        scope="read",
    )
    made = None if subject is None else issued(subject, issuer=issuer, **mutual_tls.DAYS)
    key = mutual_tls.pem(mutual_tls.key_of(TLS))
    if status is None:
        with pytest.raises(OSError, match=r"alert unknown ca|reset|EOF|[Bb]roken pipe"):
            given_to(stage, client, tmp_path, made, key)
    else:
        assert given_to(stage, client, tmp_path, made, key) == status


def registered(stage: Running, row: Combination) -> dict[str, Any]:
    """A new client for a combination: what its program is told."""
    own: dict[str, Any] = {}
    method = row.method
    if method in mutual_tls.KINDS:
        public = [public_jwk(mutual_tls.key_of(method), kid="certified")]
    else:
        own, jwk = pair(method)
        public, method = [jwk], "private_key_jwt"
    key = private_key("EC", "requests")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    requests_jwk = public_jwk(key, kid="requests", alg="ES256")
    metadata = {
        "token_endpoint_auth_method": method,
        "id_token_signed_response_alg": "PS256",
        "authorization_signed_response_alg": "ES256",
        "dpop_bound_access_tokens": row.binding == "DPoP",
        "tls_client_certificate_bound_access_tokens": row.binding == "certificate",
    }
    client = stage.client(
        **metadata,
        redirect_uris=[REDIRECT],
        jwks={"keys": [*public, requests_jwk]},
        require_dpop_nonce=row.binding == "DPoP",
        require_pushed_authorization_requests=row.request != "plain",
        **({"tls_client_auth_subject_dn": SUBJECT} if method == TLS else {}),
        **({"profile": "fapi2"} if row.is_fapi else {}),
    )
    shown = mutual_tls.certificate(method)
    uses_tls = row.binding == "certificate" or method in mutual_tls.KINDS
    return {
        "issuer": stage.url,
        "client_id": client,
        "redirect_uri": REDIRECT,
        "metadata": {**metadata, "use_mtls_endpoint_aliases": uses_tls},
        "jwk": {**own, "alg": row.method},
        "requestJwk": {**requests_jwk, "d": number(key.private_numbers().private_value, 32)},
        "request": row.request,
        "mode": row.mode,
        "alg": "ES256",
        "tls": {
            "cert": shown,
            "key": mutual_tls.pem(mutual_tls.key_of(method)),
            "ca": mutual_tls.authority(),
        },
    }


def arrived(member: Member, url: str, mode: str) -> tuple[dict[str, str], dict[str, str]]:
    """The answer that the browser brings, and what the program is told of it."""
    answer = member.go(url)
    sent = urlencode(answer)
    posted = mode == "form_post.jwt"
    return answer, {"url": REDIRECT, "form": sent} if posted else {"url": f"{REDIRECT}?{sent}"}


@pytest.mark.parametrize("row", COMBINATIONS, ids=str)
def test_from_discovery_to_the_claims(
    node: Node, stage: Running, member: Member, row: Combination
) -> None:
    """Code, refresh and userinfo, with nonces; a bound token is nothing without its proof."""
    settings = registered(stage, row)
    visited: list[tuple[str, dict[str, str]]] = []

    def visit(url: str) -> str:
        answer, told = arrived(member, url, row.mode)
        visited.append((url, answer))
        return json.dumps(told)

    result = scripts.talk(node, "high_assurance.mjs", settings, visit)
    ((url, answer),) = visited
    asked = parse_qs(urlsplit(url).query)
    assert ("request_uri" in asked) == (row.request != "plain")
    if row.mode == "query":
        assert answer.keys() == {"code", "state", "iss"}
    else:
        assert header(answer["response"])["alg"] == "ES256"
    kind = "dpop" if row.binding == "DPoP" else "bearer"
    bound = {
        "bearer": None,
        "DPoP": {"jkt": result.get("jkt")},
        "certificate": {"x5t#S256": thumbprint(settings["tls"]["cert"])},
    }
    for given in (result["tokens"], result["refreshed"]):
        assert given["token_type"] == kind
        assert claims(given["access_token"]).get("cnf") == bound[row.binding]
    assert result["tokens"]["refresh_token"]
    assert result["told"]["email"] == EMAIL
    # Where no nonce was known yet; and nothing else was ever refused.
    assert set(result["refused"]) == ({"use_dpop_nonce"} if row.binding == "DPoP" else set())
    assert result["alone"] == (200 if row.binding == "bearer" else 401)
    aliases = stage.services.settings.mtls_url
    uses_tls = settings["metadata"]["use_mtls_endpoint_aliases"]
    assert f"{aliases if uses_tls else stage.url}/userinfo" in result["called"]
