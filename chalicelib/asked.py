"""What an authorization request asks for, checked. RFC 6749 section 4.1.1, RFC 9700 section 2.1.

Two worlds: until client and redirect URI are proved (`identify`) an error is a page for the user;
afterwards (`check`) it is an answer to the client.
"""

from __future__ import annotations

import json
import re

from .errors import (
    InvalidRequest,
    UnauthorizedClient,
    UnmetAuthentication,
    UnsupportedResponseType,
)
from .http import Parameters
from .protocol import (
    acr,
    claims,
    confirmation,
    pkce,
    prompt,
    redirect_uri,
    response_mode,
    scope,
    target,
)
from .protocol.claims import Requested
from .protocol.target import Details
from .records.client import Client
from .records.resource import Resource
from .services import Services
from .values import Frozen

MOST_STATE = 2048  # bytes
PARAMETERS = (
    *("response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method", "prompt", "max_age", "login_hint", "claims"),
    *("dpop_jkt", "authorization_details"),
)
KNOWN = (*PARAMETERS, "resource", "id_token_hint")


class Recipient(Frozen):
    """Where answers go: a proved client at one of its own redirect URIs.

    sent_redirect_uri: as the request had it; None when the client's only one was meant.
    """

    client: Client
    redirect_uri: str
    sent_redirect_uri: str | None
    state: str | None
    response_mode: str


class Asked(Frozen):
    """A request that keeps every rule. max_age in seconds.

    id_token_hint: as it was sent, with the request itself only; what it says is kept instead.
    """

    recipient: Recipient
    scope: tuple[str, ...]
    resources: tuple[Resource, ...]
    prompt: frozenset[str]
    max_age: int | None
    login_hint: str
    id_token_hint: str | None
    nonce: str | None
    code_challenge: str | None
    dpop_jkt: str | None = None
    claims: Requested = Requested()
    authorization_details: Details = ()

    @property
    def client(self) -> Client:
        """Who asks."""
        return self.recipient.client

    @property
    def consent_scope(self) -> tuple[str, ...]:
        """What the user is asked: the scope, and those of the claims that are asked for by name."""
        allowed = target.allowed_to(self.client, tuple(claims.SCOPES))
        by_name = self.claims.within(allowed).values()
        implied = [claims.scope_of(name) for names in by_name for name in names]
        return tuple(dict.fromkeys([*self.scope, *filter(None, implied)]))


def known_client(parameters: Parameters, services: Services) -> Client:
    """The client that a request names; InvalidRequest, for the user's eyes."""
    client_id = parameters.require("client_id")
    if client_id.startswith("own:"):
        from . import own_pages

        client = own_pages.client(client_id, services.settings)
    else:
        client = services.registry.client(client_id, current=True)
    if client is None:
        raise InvalidRequest("The application is not known to this server.")
    return client


def identify(parameters: Parameters, services: Services) -> Recipient:
    """Prove client and redirect URI; InvalidRequest otherwise, for the user's eyes only."""
    client = known_client(parameters, services)
    sent = parameters.get("redirect_uri")
    # OpenID Connect Core section 3.1.2.1 and FAPI 2.0 section 5.3.2.2 want it also where there is
    # only one to be meant.
    required = client.is_fapi or any("openid" in text.split() for text in parameters.all("scope"))
    if sent is None and (required or len(client.redirect_uris) != 1):
        raise InvalidRequest("The parameter redirect_uri is missing.")
    uri = client.redirect_uris[0] if sent is None else sent
    if not redirect_uri.is_registered(uri, client.redirect_uris):
        raise InvalidRequest("The application has not registered this redirect URI.")
    # A repeated or overlong state is refused by `check`; until then it is not sent back.
    states, modes = parameters.all("state"), parameters.all("response_mode")
    mode = modes[0] if modes and modes[0] in response_mode.MODES else "query"
    return Recipient(
        client=client,
        redirect_uri=uri,
        sent_redirect_uri=sent,
        state=states[0] if len(states) == 1 and fits(states[0], mode) else None,
        response_mode=mode,
    )


def comes_as_registered(client: Client, services: Services, *, signed: bool, pushed: bool) -> None:
    """InvalidRequest where the client, or the stage, wants requests in a safer form than this."""
    required = services.settings.require_par or client.require_pushed_authorization_requests
    if required and not pushed and not client.is_own:
        raise InvalidRequest("The request must be pushed first.")
    if client.require_signed_request_object and not signed:
        # RFC 9101 section 10.5: or whoever leaves the object out would be rid of it.
        raise InvalidRequest("This client must send its requests as signed objects.")


def check(recipient: Recipient, parameters: Parameters, services: Services) -> Asked:
    """Check the rest, in order, each rule by its name; OAuthError for the client's eyes."""
    for rule in RULES:
        rule(parameters, recipient.client)
    client = recipient.client
    details = target.asked_details(parameters.get("authorization_details"), client)
    wanted = target.asked_scope(parameters.get("scope"), client, with_details=bool(details))
    if "refresh_token" not in client.grant_types:
        wanted = tuple(word for word in wanted if word != "offline_access")
    named = parameters.all("resource")
    allowed = services.registry.resources_of(client, named)
    resources = target.choose(wanted, named, allowed, client.default_resource, details)
    max_age = parameters.get("max_age")
    # Section 5.5 is about OpenID requests; to another, it is a parameter like any unknown one.
    by_name = claims.read(parameters.get("claims", "{}")) if "openid" in wanted else Requested()
    if not by_name.can_have_acr(acr.VALUES):
        raise UnmetAuthentication
    return Asked(
        recipient=recipient,
        scope=wanted,
        resources=resources,
        prompt=prompt.read(parameters.get("prompt", "")),
        max_age=client.default_max_age if max_age is None else int(max_age),
        login_hint=parameters.get("login_hint", "")[:256],
        id_token_hint=parameters.get("id_token_hint"),
        nonce=parameters.get("nonce"),
        code_challenge=parameters.get("code_challenge"),
        dpop_jkt=parameters.get("dpop_jkt"),
        claims=by_name,
        authorization_details=details,
    )


def nothing_repeated(parameters: Parameters, client: Client) -> None:
    """RFC 6749 section 3.1: only `resource` may come more than once (RFC 8707 section 2)."""
    parameters.refuse_repeated(but=("resource",))


def response_type_is_code(parameters: Parameters, client: Client) -> None:
    """RFC 6749 section 3.1.1; the implicit grant is not offered (RFC 9700 section 2.1.2)."""
    if parameters.require("response_type") != "code":
        raise UnsupportedResponseType


def response_mode_is_known(parameters: Parameters, client: Client) -> None:
    """OAuth 2.0 Multiple Response Types section 2.1, JARM section 2.3.

    A client that must have its answers signed would be held to it here.
    """
    if parameters.get("response_mode", "query") not in response_mode.MODES:
        raise InvalidRequest(f"The response_mode must be one of {', '.join(response_mode.MODES)}.")


def client_has_the_grant(parameters: Parameters, client: Client) -> None:
    """RFC 6749 section 4.1.2.1."""
    if "authorization_code" not in client.grant_types:
        raise UnauthorizedClient("This client is not registered for the authorization code grant.")


def state_fits(parameters: Parameters, client: Client) -> None:
    """The state is sent back as it came, in a URL: it has to have an end."""
    if not fits(parameters.get("state", ""), parameters.get("response_mode", "query")):
        raise InvalidRequest(f"The state is longer than {MOST_STATE} bytes.")
    if not fits(parameters.get("nonce", "")):
        raise InvalidRequest(f"The nonce is longer than {MOST_STATE} bytes.")


def challenge_is_s256(parameters: Parameters, client: Client) -> None:
    """RFC 7636 section 4.3; RFC 9700 section 2.1.1: S256, for every client.

    Only a confidential OpenID client may be registered without, and then a nonce is compulsory.
    """
    challenge = parameters.get("code_challenge")
    method = parameters.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            raise InvalidRequest("A code_challenge_method came without a code_challenge.")
        if client.require_pkce or client.is_public:
            raise InvalidRequest("The parameter code_challenge is missing.")
        if "nonce" not in parameters or "openid" not in parameters.get("scope", "").split():
            raise InvalidRequest("Without a code_challenge, nonce and scope openid are compulsory.")
        return
    if method not in pkce.METHODS:
        raise InvalidRequest("The code_challenge_method must be S256.")
    if not pkce.is_challenge(challenge):
        raise InvalidRequest("The code_challenge is not an S256 challenge.")


def dpop_jkt_is_a_thumbprint(parameters: Parameters, client: Client) -> None:
    """RFC 9449 section 10. Of something else, nobody could redeem the code."""
    thumbprint = parameters.get("dpop_jkt")
    if thumbprint is not None and not confirmation.is_thumbprint(thumbprint):
        raise InvalidRequest("The dpop_jkt is not the SHA-256 thumbprint of a key in base64url.")


def prompt_is_known(parameters: Parameters, client: Client) -> None:
    """OpenID Connect Core section 3.1.2.1."""
    prompt.read(parameters.get("prompt", ""))


def claims_are_well_formed(parameters: Parameters, client: Client) -> None:
    """OpenID Connect Core section 5.5."""
    claims.read(parameters.get("claims", "{}"))


def max_age_is_a_number(parameters: Parameters, client: Client) -> None:
    """OpenID Connect Core section 3.1.2.1."""
    if not re.fullmatch(r"[0-9]{1,9}", parameters.get("max_age", "0"), re.ASCII):
        raise InvalidRequest("The max_age must be a whole number of seconds.")


RULES = (
    nothing_repeated,
    response_type_is_code,
    response_mode_is_known,
    client_has_the_grant,
    state_fits,
    challenge_is_s256,
    dpop_jkt_is_a_thumbprint,
    prompt_is_known,
    max_age_is_a_number,
    claims_are_well_formed,
)


def fits(text: str, mode: str = "query") -> bool:
    """Whether a state or a nonce is short enough to be sent back, in this response_mode."""
    if response_mode.is_signed(mode):
        # As it stands in the JWT: the header that carries it ends at 10 KB at API Gateway, and what
        # KMS signs with Ed25519 at 4 KB.
        return len(json.dumps(text)) - 2 <= MOST_STATE
    return len(text.encode(errors="replace")) <= MOST_STATE


def to_keep(parameters: Parameters) -> dict[str, str]:
    """What is stored of a checked request. Its resources are stored as they were chosen."""
    return {name: parameters[name] for name in PARAMETERS if name in parameters}


def offers_refresh(asked: Asked) -> bool:
    """Whether the client can go on while the user is away."""
    return "refresh_token" in asked.client.grant_types


def scope_words(asked: Asked) -> dict[str, str]:
    """Every scope that is asked for, in the words that people are shown."""
    words = {name: text for name, text in scope.OPENID.items() if name in asked.scope}
    for resource in asked.resources:
        words |= {name: text for name, text in resource.scopes.items() if name in asked.scope}
    return words
