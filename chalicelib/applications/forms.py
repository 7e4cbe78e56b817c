"""What a developer is asked of an application: the fields, for its kind and for what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..records.client import Client
from ..records.resource import Resource
from ..services import Services
from . import own
from .fields import Field
from .kinds import Kind

NAME = Field("client_name", "Name", hint="People see it when they are asked.", required=True)
REDIRECTS = Field(
    "redirect_uris",
    "Redirect URIs",
    "lines",
    "One a line. The answer to a sign-in goes to one of them, and nowhere else.",
    required=True,
)
REFRESH = Field(
    "refresh",
    "Goes on while the person is away (refresh tokens)",
    "flag",
)
SCOPE = Field(
    "scope",
    "Scopes",
    hint="With blanks between. Left empty: all that its APIs and OpenID Connect have.",
)
METHOD = Field(
    "token_endpoint_auth_method",
    "How it proves itself",
    "one",
    required=True,
    choices=(
        ("client_secret_basic", "A secret, in the header", "What most libraries do."),
        ("client_secret_post", "A secret, in the form", "For libraries that know no other way."),
        ("private_key_jwt", "A key of its own", "It signs; nothing secret is sent."),
    ),
)
KEYS = (
    Field("jwks_uri", "Address of its public keys", hint="Only for a key of its own."),
    Field(
        "jwks",
        "Or the public keys themselves",
        "json",
        'A JSON Web Key Set: {"keys": [...]}. Public halves only.',
    ),
)
ABOUT = (
    Field("client_uri", "Website"),
    Field("policy_uri", "Privacy statement"),
    Field("tos_uri", "Terms of service"),
    Field("logo_uri", "Logo", hint="The address of a picture."),
    Field("contacts", "Contacts", "lines", "E-mail addresses, one a line."),
)
LEAVING = (
    Field("post_logout_redirect_uris", "Addresses after a sign-out", "lines", "One a line."),
    Field("backchannel_logout_uri", "Address that is told of a sign-out"),
)
SWITCHES = (
    Field("require_pushed_authorization_requests", "Requests must be pushed first (PAR)", "flag"),
    Field(
        "dpop_bound_access_tokens", "Tokens are bound to a key of the application (DPoP)", "flag"
    ),
)


def resources(offered: Iterable[Resource], also: Iterable[str] = ()) -> tuple[Field, ...]:
    """The choice of APIs; `also` are those that the application has in any case. None: no field."""
    choices = {one.resource: (one.name, " ".join(one.scopes)) for one in offered}
    choices |= {uri: (uri, "") for uri in also if uri not in choices}
    if not choices:
        return ()
    rows = tuple((uri, name, words) for uri, (name, words) in choices.items())
    return (Field("allowed_resources", "APIs that it calls", "some", choices=rows),)


def of_new(kind: Kind, services: Services) -> tuple[Field, ...]:
    """The wizard's second page."""
    offered = own.open_resources(services, acts_alone=kind.acts_alone)
    return (
        NAME,
        *((REDIRECTS, REFRESH) if kind.redirects else ()),
        *(() if kind.is_public else (METHOD, *KEYS)),
        *resources(offered),
        SCOPE,
    )


def of_client(client: Client, services: Services) -> tuple[Field, ...]:
    """What can be changed later; redirect URIs have a page of their own."""
    acts_alone = "client_credentials" in client.grant_types
    offered = own.open_resources(services, acts_alone=acts_alone)
    interactive = "authorization_code" in client.grant_types
    return (
        NAME,
        *((REFRESH,) if interactive else ()),
        *resources(offered, client.allowed_resources or ()),
        SCOPE,
        *(() if client.is_public else (METHOD, *KEYS)),
        *ABOUT,
        *(LEAVING if interactive else ()),
        *(SWITCHES if interactive else SWITCHES[1:]),
    )


def metadata(members: Mapping[str, Any], grant_types: Iterable[str]) -> dict[str, Any]:
    """What the fields say, as metadata: of REFRESH a grant type, and never any resource at all."""
    found = dict(members)
    asked_for = found.pop("refresh", None)
    kept = [name for name in grant_types if name != "refresh_token"]
    if asked_for is not None:
        found["grant_types"] = [*kept, "refresh_token"] if asked_for else kept
    # Left out, it would be every resource that there is.
    found["allowed_resources"] = list(found.get("allowed_resources") or ())
    return found


def document(client: Client, written: Mapping[str, Any]) -> dict[str, Any]:
    """A client's metadata under the names of the fields."""
    return {**written, "refresh": "refresh_token" in client.grant_types}
