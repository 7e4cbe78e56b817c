"""One emulated AWS for a whole run: ministack, a process of its own, so that its CPU counts for
nobody. A stage on it has the demo seeds, a client for each way to sign, and one
that signs itself."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import proofs
from chalicelib.administration import clients, links, resources, trusted_issuers, users
from chalicelib.aws.log import Log
from chalicelib.protocol.grant_types import JWT_BEARER, TOKEN_EXCHANGE
from chalicelib.protocol.signing_keys import DATA_KEY, KMS
from chalicelib.settings import SIGNING_MODES
from infra import bootstrap, seeds
from infra.emulate.ministack import Ministack
from infra.stage import open_services

ROOT = Path(__file__).resolve().parents[1]
ISSUER = "https://id.example.com"
ELSEWHERE = "https://chat.example.com"  # another authorization server, and its resource
API_ELSEWHERE = "https://api.chat.example.com"
BEARER, EXCHANGE = "bench-jwt-bearer", "bench-token-exchange"
SECRET = "benchsecret"  # of every client of the bench


@dataclass(frozen=True, slots=True)
class Way:
    """A way to sign access tokens: where the private key is, and the algorithm."""

    mode: str
    alg: str

    @property
    def name(self) -> str:
        """As rows show it."""
        return f"{self.mode} {self.alg}"

    @property
    def client_id(self) -> str:
        """The client whose only resource has its tokens signed so."""
        return f"bench-{self.mode}-{self.alg.lower()}"

    @property
    def resource(self) -> str:
        """That resource."""
        return f"https://{self.mode}.example.com/{self.alg.lower()}"


WAYS = (
    Way("kms", "RS256"),
    Way("kms", "ES256"),
    Way("kms-data-key", "ES256"),
    Way("kms-data-key", "RS256"),
    Way("kms-data-key", "Ed25519"),
)


def stage(
    cloud: Ministack, name: str, endpoint: str | None = None, ways: tuple[Way, ...] = WAYS
) -> dict[str, str]:
    """Make a stage; returns the environment of its function, as Lambda would set it.

    endpoint: where the function finds AWS instead of at the emulator itself. ways: to sign, the
    first of which the naive baseline has as well.
    """
    environ = {
        **cloud.environ,
        "AWS_LAMBDA_FUNCTION_NAME": f"postern-{name}",
        "CODE_LIFETIME": "600",  # a busy machine takes its time from a code to its use
        "ID_JAG": "both",
        "ISSUER": ISSUER,
        "LOG_FILE": os.devnull,
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "STAGE": "local",
        "TABLE_NAME": f"postern-{name}",
    }
    algorithms = {mode: [way.alg for way in ways if way.mode == mode] for mode in SIGNING_MODES}
    with contextlib.redirect_stdout(io.StringIO()):  # the audit events of making a stage
        bootstrap.prepare(environ, algorithms[KMS], algorithms[DATA_KEY])
    seeds.plant(environ)
    key = _register(environ, ways)
    return {**environ, "AWS_ENDPOINT_URL": endpoint or cloud.url, "KEY_ID": key}


def _register(environ: Mapping[str, str], ways: tuple[Way, ...]) -> str:
    """A client and a resource for each way; returns the ARN of the first way's key."""
    with closing(open_services(environ, Log(io.StringIO()))) as services:
        for way in ways:
            resources.create(_resource(way), services)
            clients.create(
                {
                    "client_id": way.client_id,
                    "client_secret": SECRET,
                    "grant_types": ["client_credentials"],
                    "scope": "read write",
                    "allowed_resources": [way.resource],
                },
                services,
            )
        clients.create(_signing(ways[0].resource), services)
        clients.create(_bearer(), services)
        clients.create(_exchange(), services)
        trusted_issuers.create(_idp(ways[0].resource), services)
        demo = users.find(seeds.USER[0], services)
        links.link(demo, proofs.IDP, proofs.SUBJECT, services)
        return services.keyring.signing_key(ways[0].mode, ways[0].alg).arn


def _resource(way: Way) -> dict[str, object]:
    return {
        "resource": way.resource,
        "scopes": {"read": "Read", "write": "Write"},
        "signing_alg": way.alg,
        "signing_mode": way.mode,
    }


def _signing(resource: str) -> dict[str, object]:
    """A client with private_key_jwt, for one resource."""
    return {
        "client_id": proofs.CLIENT,
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [proofs.JWK]},
        "redirect_uris": [seeds.REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope": "read write",
        "allowed_resources": [resource],
    }


def _bearer() -> dict[str, object]:
    """A client that brings assertions about users."""
    return {"client_id": BEARER, "client_secret": SECRET, "grant_types": [JWT_BEARER]}


def _exchange() -> dict[str, object]:
    """A client that users sign in to, and that has assertions made about them."""
    policy = {"client_id": "postern", "resources": {API_ELSEWHERE: ["read", "write"]}}
    return {
        "client_id": EXCHANGE,
        "client_secret": SECRET,
        "redirect_uris": [seeds.REDIRECT],
        "grant_types": ["authorization_code", TOKEN_EXCHANGE],
        "id_jag_audiences": {ELSEWHERE: policy},
    }


def _idp(resource: str) -> dict[str, object]:
    """The issuer that those are believed of."""
    return {
        "issuer": proofs.IDP,
        "purposes": ["id_jag"],
        "resources": {resource: ["read", "write"]},
        "jwks": {"keys": [proofs.JWK]},
    }
