"""One walk through the code flow: what was asked, what came back, which tokens there are."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

MOST_WALKS = 200
MOST_EXCHANGES = 12

SECRETS: dict[str, str | None] = {"demoweb": "demowebsecret", "demospa": None}
RESOURCE = "https://api.example.com"
PROMPTS = ("", "login", "consent", "none", "select_account")


@dataclass(frozen=True, slots=True)
class Options:
    """What the person chose on the start page."""

    client: str = "demoweb"
    scopes: tuple[str, ...] = ("read",)
    prompt: str = ""
    resource: str = RESOURCE

    @classmethod
    def read(cls, form: Mapping[str, list[str]]) -> Options:
        """From the start page's form; what is not on offer falls back to the default."""
        client = form.get("client", [""])[-1]
        prompt = form.get("prompt", [""])[-1]
        return cls(
            client=client if client in SECRETS else "demoweb",
            scopes=tuple(form.get("scope", ())),
            prompt=prompt if prompt in PROMPTS else "",
            resource=RESOURCE if "resource" in form else "",
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """The authorization request and what the client remembers to check the answer."""

    options: Options
    endpoint: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """RFC 7636 section 4.2, S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def parameters(self) -> dict[str, str]:
        """What goes into the URL, in the order in which it is shown."""
        chosen = self.options
        optional = {"prompt": chosen.prompt, "resource": chosen.resource}
        return {
            "response_type": "code",
            "client_id": chosen.client,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(chosen.scopes),
            "state": self.state,
            **({"nonce": self.nonce} if "openid" in chosen.scopes else {}),
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **{name: value for name, value in optional.items() if value},
        }

    @property
    def url(self) -> str:
        """Where the browser is sent."""
        joint = "&" if "?" in self.endpoint else "?"
        return f"{self.endpoint}{joint}{urlencode(self.parameters)}"


def ask(options: Options, endpoint: str, redirect_uri: str) -> Asked:
    """A fresh request: state, nonce and verifier are random."""
    random = [secrets.token_urlsafe(size) for size in (16, 16, 32)]
    return Asked(options, endpoint, redirect_uri, *random)


@dataclass(frozen=True, slots=True)
class Check:
    """A claim about the answer and whether it holds."""

    claim: str
    holds: bool


def check_answer(asked: Asked, answer: Mapping[str, str], issuer: str) -> tuple[Check, ...]:
    """What a client must check before it uses a code. RFC 6749 section 10.12, RFC 9207."""
    return (
        Check("state is the one this browser sent", answer.get("state") == asked.state),
        Check("iss names the issuer that was asked", answer.get("iss") == issuer),
    )


def check_id_token(asked: Asked, claims: Mapping[str, Any], issuer: str) -> tuple[Check, ...]:
    """OpenID Connect Core section 3.1.3.7, what goes beyond the signature."""
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    return (
        Check("iss is the issuer", claims.get("iss") == issuer),
        Check("aud names this client", asked.options.client in named),
        # One that came with a refresh may leave it out.
        Check("nonce is the one sent", claims.get("nonce", asked.nonce) == asked.nonce),
    )


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call to the server and its answer, as shown: secrets are masked."""

    title: str
    request: str
    status: int
    answer: str
    took: float


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything one browser has done so far."""

    asked: Asked | None = None
    answer: Mapping[str, str] | None = None
    tokens: Mapping[str, Any] | None = None
    exchanges: tuple[Exchange, ...] = ()


class Walks:
    """The walks of the last browsers, in memory, by the random id in their cookie."""

    def __init__(self) -> None:
        self._walks: OrderedDict[str, Walk] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, browser: str | None) -> Walk:
        """The walk so far, or an empty one."""
        with self._guard:
            return self._walks.get(browser or "", Walk())

    def put(self, browser: str | None, walk: Walk) -> str:
        """Remember a walk; the id is a new one unless it is already known here."""
        with self._guard:
            known = browser is not None and browser in self._walks
            name = browser if known and browser else secrets.token_urlsafe(24)
            self._walks[name] = walk
            self._walks.move_to_end(name)
            while len(self._walks) > MOST_WALKS:
                self._walks.popitem(last=False)
            return name
