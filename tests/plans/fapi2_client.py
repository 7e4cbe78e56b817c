"""The client of OpenID's conformance suite, as its FAPI 2.0 plans (final) have it call a server.

It has two clients. A module of the suite is one flow in which a step is changed or repeated.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt

from chalicelib.administration import clients
from tests import dpop
from tests.browser import Browser
from tests.client_certificates import issued
from tests.client_signatures import jwks
from tests.client_signatures import jwt as signed
from tests.dpop import Prover
from tests.flows import assertions
from tests.flows.certified import MTLS
from tests.reply import Reply, header
from tests.world import CHALLENGE, VERIFIER, World

CALLBACK = "https://suite.example/test/a/postern/callback"
DUMMIES = {"dummy1": "lorem", "dummy2": "ipsum"}
API = "https://api.example.com"
ALLOWED = ("PS256", "ES256", "EdDSA", "Ed25519")  # Security Profile section 5.4.1
DUPLICATES = ("response_type", "scope", "redirect_uri")


@dataclass(frozen=True)
class Variant:
    """The suite's variants: client_auth_type, sender_constrain, openid, fapi_request_method and
    fapi_response_mode."""

    auth: str = "private_key_jwt"
    sender: str = "dpop"
    openid: bool = True
    signed: bool = False
    jarm: bool = False
    nonces: bool = False  # whether the server asks for DPoP nonces

    def __str__(self) -> str:
        given = {name: getattr(self, name) for name in ("openid", "signed", "jarm", "nonces")}
        return ".".join((self.auth, self.sender, *(name for name, on in given.items() if on)))

    @property
    def scope(self) -> str:
        """What the tester has put into client.scope."""
        return "openid email offline_access" if self.openid else "read write"


@dataclass
class Party:
    """One of its two clients: its keys, and what it has learned."""

    world: World
    variant: Variant
    second: bool = False
    prover: Prover = field(default_factory=lambda: Prover(owner=secrets.token_hex(4)))
    nonce: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The client_id."""
        given = [
            name[0]
            for name in ("openid", "signed", "jarm", "nonces")
            if getattr(self.variant, name)
        ]
        kind = f"{self.variant.auth[:3]}.{self.variant.sender}.{''.join(given)}"
        return f"{kind}-{2 if self.second else 1}"

    @property
    def callback(self) -> str:
        """The second client's has a query."""
        return f"{CALLBACK}?{urlencode(DUMMIES)}" if self.second else CALLBACK

    @property
    def alg(self) -> str:
        """What it signs with."""
        return "ES256" if self.second else "PS256"

    @property
    def owner(self) -> str:
        """Whose keys they are."""
        return f"suite-{2 if self.second else 1}"

    @property
    def certificate(self) -> str | None:
        """What it shows at the endpoints of the server, in PEM."""
        if "mtls" not in (self.variant.auth, self.variant.sender):
            return None
        return issued(f"CN={self.owner}", owner=self.owner)

    def register(self) -> None:
        """As the tester does by hand beforehand."""
        by_certificate = self.variant.auth == "mtls"
        named = {"tls_client_auth_subject_dn": f"CN={self.owner}"} if by_certificate else {}
        metadata = {
            "client_id": self.name,
            "profile": "fapi2",
            "token_endpoint_auth_method": "tls_client_auth"
            if by_certificate
            else "private_key_jwt",
            "redirect_uris": [self.callback],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "allowed_resources": [API],
            "id_token_signed_response_alg": "ES256",
            "authorization_signed_response_alg": "ES256",
            "dpop_bound_access_tokens": self.variant.sender == "dpop",
            "tls_client_certificate_bound_access_tokens": self.variant.sender == "mtls",
            "require_signed_request_object": self.variant.signed,
            "require_dpop_nonce": self.variant.nonces,
            "jwks": jwks(self.owner, "RSA", "EC"),
            **named,
        }
        clients.create(metadata, self.world.services)

    def request(self, **changes: Any) -> dict[str, Any]:
        """An authorization request; None leaves a parameter out."""
        good = {
            "client_id": self.name,
            "redirect_uri": self.callback,
            "scope": self.variant.scope,
            "state": secrets.token_hex(64 if self.second else 5),
            "nonce": secrets.token_hex(5) if self.variant.openid else None,
            "response_type": "code",
            "response_mode": "jwt" if self.variant.jarm else None,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in good.items() if value is not None}

    def object(
        self,
        request: Mapping[str, Any],
        *,
        alg: str | None = None,
        owner: str | None = None,
        typ: str | None = None,
        **changes: Any,
    ) -> str:
        """The request as a signed object; None leaves a claim out. The second one's tells more."""
        now = self.world.clock()
        more = {"iat": now} if self.second else {}
        times = {"nbf": now, "exp": now + 300}
        claims = {**request, **times, "aud": self.world.issuer, "iss": self.name, **more, **changes}
        kept = {name: value for name, value in claims.items() if value is not None}
        kind = typ or ("oauth-authz-req+jwt" if self.second else None)
        named = {"typ": kind} if kind else {}
        return signed(kept, alg or self.alg, owner or self.owner, **named)

    def known(self, form: Mapping[str, str], **assertion: Any) -> dict[str, str]:
        """A form with the client's authentication; `assertion`: what is other in it."""
        if self.variant.auth == "mtls":
            return {**form, "client_id": self.name}
        now = self.world.clock()
        made = {"alg": self.alg, "owner": self.owner, "iat": now, "nbf": now, **assertion}
        return {**form, **assertions.proof(assertions.signed(self.world, self.name, **made))}

    def proof(
        self, path: str, method: str = "POST", base: str | None = None, **changes: Any
    ) -> str:
        """A DPoP proof for an endpoint of the server, with the nonce that was learned."""
        url = f"{base or (MTLS if self.certificate else self.world.issuer)}{path}"
        learned = self.nonce.get("rs" if "token" in changes else "as")
        given = {**({"nonce": learned} if learned else {}), **changes}
        return self.prover.proof(method, url, self.world.clock(), **given)

    def call(self, path: str, form: Mapping[str, str], *, proof: bool, **changes: Any) -> Reply:
        """Send a form, and the very same once more where a nonce is asked for."""
        reply = self.once(path, form, proof=proof, **changes)
        if reply.status == 400 and reply.json["error"] == "use_dpop_nonce":
            self.nonce["as"] = reply.header("DPoP-Nonce") or ""
            reply = self.once(path, form, proof=proof, **changes)
        return reply

    def once(self, path: str, form: Mapping[str, str], *, proof: bool, **changes: Any) -> Reply:
        """Send a form."""
        headers = dpop.header(self.proof(path, **changes)) if proof else []
        return self.world.post(path, form, headers=headers, certificate=self.certificate)

    def push(self, request: Mapping[str, Any], *, proof: bool = False, **inside: Any) -> Reply:
        """Push a request; `inside`: what is other in its object."""
        form = {"request": self.object(request, **inside)} if self.variant.signed else dict(request)
        return self.call("/par", self.known(form), proof=proof)

    def url(self, request: Mapping[str, Any], request_uri: str, **beside: str) -> str:
        """Where the browser is sent: with what plain OAuth wants to see there as well."""
        doubled = {name: str(request[name]) for name in DUPLICATES if name in request}
        named = {"client_id": self.name, "request_uri": request_uri}
        query = dict(sorted({**doubled, **named, **beside}.items(), reverse=self.second))
        return f"{self.world.issuer}/authorize?{urlencode(query)}"

    def go(self, url: str, browser: Browser | None = None) -> dict[str, str] | None:
        """What comes back when the user does all that is asked; None where a page ends it."""
        member = browser or self.world.member
        assert member is not None
        member.open(url)
        if member.arrived is None and "sign-in" in member.page.forms:
            member.sign_in()
        if member.arrived is None and "consent" in member.page.forms:
            member.allow()
        return member.arrived

    def answer(self, arrived: Mapping[str, str] | None) -> dict[str, Any]:
        """An answer, with everything checked that the suite checks of any, errors too."""
        assert arrived is not None
        if self.second:
            assert DUMMIES.items() <= arrived.items()
        members = {name: value for name, value in arrived.items() if name not in DUMMIES}
        if not self.variant.jarm:
            assert members["iss"] == self.world.issuer
            return members
        assert members.keys() == {"response"}
        told = self.verified(members["response"])
        now = self.world.clock()
        assert now < told.pop("exp") <= now + 600
        assert told.pop("aud") == self.name
        return told

    def code(self, **changes: Any) -> tuple[dict[str, Any], str]:
        """A request that goes well, and its code."""
        request = self.request(**changes)
        pushed = self.push(request)
        assert pushed.status == 201, pushed.text
        arrived = self.go(self.url(request, pushed.json["request_uri"]))
        told = self.answer(arrived)
        assert told.get("state") == request.get("state")
        assert told.keys() <= {"code", "state", "iss"}
        return request, told["code"]

    def trading(self, code: str) -> dict[str, str]:
        """What trades a code, but for who trades it."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": VERIFIER,
        }

    def redeem(self, code: str, *, proof: bool | None = None, **form: str) -> Reply:
        """Trade a code as this client does; `form`: parameters that are other."""
        return self.ask({**self.trading(code), **form}, proof=proof)

    def ask(self, form: Mapping[str, str], *, proof: bool | None = None, **assertion: Any) -> Reply:
        """A token request, with all its proofs."""
        bound = self.variant.sender == "dpop" if proof is None else proof
        return self.call("/token", self.known(form, **assertion), proof=bound)

    def tokens(self, **changes: Any) -> dict[str, Any]:
        """A whole flow, to its tokens."""
        _, code = self.code(**changes)
        reply = self.redeem(code)
        assert reply.status == 200, reply.text
        return reply.json

    def verified(self, token: str, audience: str | None = None) -> dict[str, Any]:
        """The claims of a JWT of the server's, by a key of its JWKS and by another library."""
        head = header(token)
        assert head["alg"] in ALLOWED
        keys = {key["kid"]: key for key in self.world.get("/.well-known/jwks.json").json["keys"]}
        key = jwt.PyJWK(keys[head["kid"]]).key
        dates = {f"verify_{name}": False for name in ("exp", "iat", "nbf")}  # of another clock
        options: Any = {**dates, "verify_aud": audience is not None}
        algorithms = [head["alg"]]
        told: dict[str, Any] = jwt.decode(
            token, key, algorithms, options, audience=audience, issuer=self.world.issuer
        )
        return told

    def userinfo(self, token: str, *, query: str = "", **headers: str) -> Reply:
        """The resource that the tester has named: with a new proof, or over the certificate."""
        bound = self.variant.sender == "dpop"
        proof = self.proof("/userinfo", "GET", self.world.issuer, token=token) if bound else ""
        sent = {"Authorization": f"{'DPoP' if bound else 'Bearer'} {token}", "DPoP": proof}
        sent = {name: value for name, value in {**sent, **headers}.items() if value}
        certificate = None if bound else self.certificate
        return self.world.request(
            "GET", f"/userinfo{query}", headers=list(sent.items()), certificate=certificate
        )
