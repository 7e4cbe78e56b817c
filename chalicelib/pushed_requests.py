"""Requests that clients push before they send the browser. RFC 9126.

     pushed ─► checked ─► stored ──── visited, as often as it is ────► finished once
                            └ 90 s: no visit counts any more

The checks are those of /authorize, and run again at each visit: client, redirect URI and resources
may have changed since.
"""

from __future__ import annotations

from . import asked, situation
from .errors import InvalidRequest, InvalidRequestUri
from .http import Parameters, Request
from .possession import Possession
from .protocol.confirmation import JKT
from .protocol.fapi import LONGEST_PUSH
from .records.client import Client
from .records.pushed_request import URN, PushedRequest, hash_of, pushed_request_key
from .services import Services

MOST_BYTES = 16 * 1024  # of all parameters that are kept; anybody can push as a public client
_GONE = "The request_uri is not one of this application's, or its time is over."


def check(
    client: Client, form: Parameters, shown: Possession, request: Request, services: Services
) -> tuple[PushedRequest, str]:
    """What is to be stored of a request that keeps every rule, and its request_uri.

    shown: what the client has proved to hold. OAuthError, for the client.
    """
    if "request_uri" in form:
        raise InvalidRequest("A pushed request cannot be sent by reference.")  # section 2.1
    parameters, signed = _read(client, form, request, services)
    recipient = asked.identify(parameters, services)
    asked.comes_as_registered(client, services, signed=signed, pushed=True)
    wanted = asked.check(recipient, parameters, services)
    kept = _bound(asked.to_keep(parameters), shown)
    if sum(len(f"{name}{value}".encode(errors="replace")) for name, value in kept.items()) > (
        MOST_BYTES
    ):
        raise InvalidRequest(f"The request is larger than {MOST_BYTES} bytes.")
    now, request_uri = services.now(), URN + services.random_text(32)
    lifetime = services.settings.lifetimes.pushed_request
    pushed = PushedRequest(
        name_hash=hash_of(request_uri),
        client_id=client.client_id,
        parameters=kept,
        resources=tuple(resource.resource for resource in wanted.resources),
        created_at=now,
        expires_at=now + (min(lifetime, LONGEST_PUSH) if client.is_fapi else lifetime),
        expected=situation.hinted(wanted, services),
    )
    return pushed, request_uri


def _read(
    client: Client, form: Parameters, request: Request, services: Services
) -> tuple[Parameters, bool]:
    """What is asked, and whether it is signed; without what has proved the client."""
    names = (*asked.KNOWN, "request")
    pairs = [(name, value) for name in names for value in form.all(name)]
    if "client_id" not in form:
        pairs.append(("client_id", client.client_id))
    sent = Parameters(pairs)
    if "request" not in sent:
        return sent, False
    from . import request_objects

    return request_objects.resolve(sent, request, services)


def _bound(kept: dict[str, str], shown: Possession) -> dict[str, str]:
    """RFC 9449 section 10.1: a proof names the key of the code, as dpop_jkt does."""
    key = (shown.confirmation or {}).get(JKT)
    if key is None:
        return kept
    if kept.get("dpop_jkt", key) != key:
        raise InvalidRequest("The dpop_jkt is not the key of the DPoP proof.")
    return {**kept, "dpop_jkt": key}


def find(parameters: Parameters, services: Services) -> PushedRequest:
    """The pushed request that a browser brings; InvalidRequestUri, for the user's eyes.

    Of everything beside it only the client_id counts.
    """
    client = asked.known_client(parameters, services)
    parameters.refuse_repeated(but=("resource",))
    if "request" in parameters:
        raise InvalidRequest("Either request or request_uri, not both.")
    key = pushed_request_key(hash_of(parameters["request_uri"]))
    pushed = services.table.get(PushedRequest, key)
    reason = _refusal(pushed, client)
    if pushed is not None and reason is None:
        return pushed
    services.log.event(
        "authorization.refused",
        client_id=client.client_id,
        error=InvalidRequestUri.error,
        reason=reason,
    )
    raise InvalidRequestUri(_GONE, detail=reason or "")


def _refusal(pushed: PushedRequest | None, client: Client) -> str | None:
    """Why this is no request of the client's to go on with, for the log; None where it is one."""
    if pushed is None:
        return "the pushed request is unknown or has expired"
    if pushed.client_id != client.client_id:
        return "another client has pushed the request"
    # Everything of the client was revoked since, or another client has taken over its name.
    if pushed.created_at <= client.not_before:
        return "the request was pushed before the client was revoked"
    if pushed.spent_by is not None:
        return "the pushed request was finished already"
    return None
