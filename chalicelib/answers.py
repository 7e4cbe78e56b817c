"""Answers of the authorization endpoint. RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207, Form Post,
JWT Secured Authorization Response Mode (JARM).

After a form was posted, Chromium applies the page's form-action to every redirect that follows;
so an answer that ends a sign-in is a page that goes on by itself, and has a link.

Where the client wants its answers signed and no key can sign, TemporarilyUnavailable is a page for
the user; nothing goes out unsigned.
"""

from __future__ import annotations

from .asked import Recipient
from .errors import OAuthError
from .http import Response, redirect
from .protocol import response_mode
from .services import Services


def code(recipient: Recipient, text: str, services: Services, *, posted: bool) -> Response:
    """The code goes to the client. `posted`: whether a form was posted on the way."""
    return _send(recipient, {"code": text}, services, posted=posted)


def arrival(recipient: Recipient) -> Response:
    """To a page of this server, which goes by the browser's session: no code is made for it."""
    if recipient.state is None:
        return redirect(recipient.redirect_uri)
    return redirect(response_mode.in_query(recipient.redirect_uri, {"state": recipient.state}))


def refusal(
    recipient: Recipient, problem: OAuthError, services: Services, *, posted: bool
) -> Response:
    """The error goes to the client."""
    members = {
        "error": problem.error,
        "error_description": problem.description,
        "error_uri": services.settings.url(f"/errors/{problem.error}"),
    }
    return _send(recipient, members, services, posted=posted)


def log_refusal(recipient: Recipient, problem: OAuthError, services: Services) -> None:
    """The error goes into the log, with its detail."""
    services.log.event(
        "authorization.refused",
        client_id=recipient.client.client_id,
        error=problem.error,
        reason=problem.detail or problem.description,
    )


def error_to_anyone(
    recipient: Recipient, problem: OAuthError, caller: str, services: Services, *, posted: bool
) -> Response:
    """Log the error and send it, though nobody has proved anything to get it.

    caller: the address that asks; how many signatures it can have made is limited.
    """
    log_refusal(recipient, problem, services)
    if response_mode.is_signed(recipient.response_mode):
        from . import throttling

        throttling.signed_error(recipient.client.client_id, caller, services)
    return refusal(recipient, problem, services, posted=posted)


def _send(
    recipient: Recipient, members: dict[str, str], services: Services, *, posted: bool
) -> Response:
    if recipient.state is not None:
        members["state"] = recipient.state
    members["iss"] = services.settings.issuer
    if response_mode.is_signed(recipient.response_mode):
        from . import tokens

        members = {"response": tokens.authorization_response(recipient.client, members, services)}
    product = services.settings.product_name
    if response_mode.is_posted(recipient.response_mode):
        from .pages import AUTO_SUBMIT, render

        return render(
            "form_post.html",
            product=product,
            action=recipient.redirect_uri,
            fields=list(members.items()),
            # A scheme, not an origin: the client may itself redirect the post to another host.
            form_action=f"{recipient.redirect_uri.partition(':')[0]}:",
            script=AUTO_SUBMIT,
        )
    location = response_mode.in_query(recipient.redirect_uri, members)
    if not posted:
        return redirect(location)
    from .pages import render

    return render(
        "continue.html",
        product=product,
        url=location,
        client_name=recipient.client.display_name,
        form_action="'none'",
    )
