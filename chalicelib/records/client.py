"""A registered client. RFC 7591 section 2."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from .record import Key, Record, Value


class Client(Record, kw_only=True):
    """One client, under RFC 7591's names where it has them.

    jwks: its public keys, as protocol/jwk_set.py reads them.
    scope: the scopes it may ask for; None for any that its resources define.
    profile: a set of rules it keeps, by its name (protocol/fapi.py).
    allowed_resources: the resources it may name; None for any that is registered.
    authorization_details_types: those it may ask for; None for any that its resources define, where
    a user is asked, and for none where it acts for itself.
    introspection: `own`, `audience` or `all`: whose tokens it may look into.
    registered_by: `operator`, `console` (a developer), `dynamic` (RFC 7591: by itself) or
    `document` (a Client ID Metadata Document).
    id_jag_audiences: for which other servers it may have assertions about users, by their issuers:
    `client_id` there, `resources` with their scopes, `email` (protocol/id_jag.py).
    scope_is_set: an operator has set the scope of a client that registered itself.
    owner: the user_id of the developer who has it in the console.
    expires_at: when a registration that nobody uses lapses, in epoch seconds; None for never.
    not_before: nothing issued to it at or before this time counts.
    blocked_at: when an operator has shut it out, in epoch seconds; None where it is not.
    fresh_until: of a document: when it is read again; stale_until: for how long it stands where
    that fails; changed_at: when it last changed in what users go by. In epoch seconds.
    """

    TYPE: ClassVar[str] = "client"

    client_id: Annotated[str, "id"]
    created_at: Annotated[int, "i"]
    client_name: Annotated[str | None, "nm"] = None
    redirect_uris: Annotated[tuple[str, ...], "ru"] = ()
    grant_types: Annotated[tuple[str, ...], "gt"] = ("authorization_code",)
    response_types: Annotated[tuple[str, ...], "ry"] = ("code",)
    token_endpoint_auth_method: Annotated[str, "am"] = "client_secret_basic"
    token_endpoint_auth_signing_alg: Annotated[str | None, "ta"] = None
    tls_client_auth_subject_dn: Annotated[str | None, "xd"] = None
    tls_client_auth_san_dns: Annotated[str | None, "xn"] = None
    tls_client_auth_san_uri: Annotated[str | None, "xu"] = None
    tls_client_auth_san_ip: Annotated[str | None, "xi"] = None
    tls_client_auth_san_email: Annotated[str | None, "xe"] = None
    tls_client_certificate_bound_access_tokens: Annotated[bool, "xb"] = False
    application_type: Annotated[str, "ap"] = "web"
    post_logout_redirect_uris: Annotated[tuple[str, ...], "pl"] = ()
    initiate_login_uri: Annotated[str | None, "il"] = None
    backchannel_logout_uri: Annotated[str | None, "bl"] = None
    backchannel_logout_session_required: Annotated[bool, "bs"] = False
    frontchannel_logout_uri: Annotated[str | None, "fl"] = None
    frontchannel_logout_session_required: Annotated[bool, "fs"] = False
    default_max_age: Annotated[int | None, "da"] = None
    default_acr_values: Annotated[tuple[str, ...], "dv"] = ()
    require_auth_time: Annotated[bool | None, "ra"] = None
    id_token_signed_response_alg: Annotated[str, "ia"] = "RS256"
    userinfo_signed_response_alg: Annotated[str | None, "ua"] = None
    introspection_signed_response_alg: Annotated[str | None, "sg"] = None
    subject_type: Annotated[str, "sj"] = "public"
    sector_identifier_uri: Annotated[str | None, "se"] = None
    jwks: Annotated[tuple[Mapping[str, str], ...], "jk"] = ()
    jwks_uri: Annotated[str | None, "ju"] = None
    request_object_signing_alg: Annotated[str | None, "oa"] = None
    request_uris: Annotated[tuple[str, ...], "rq"] = ()
    require_signed_request_object: Annotated[bool, "ro"] = False
    require_pushed_authorization_requests: Annotated[bool, "rp"] = False
    authorization_signed_response_alg: Annotated[str, "aa"] = "RS256"
    dpop_bound_access_tokens: Annotated[bool, "db"] = False
    require_dpop_nonce: Annotated[bool, "dn"] = False
    profile: Annotated[str | None, "pf"] = None
    client_uri: Annotated[str | None, "cu"] = None
    logo_uri: Annotated[str | None, "lu"] = None
    tos_uri: Annotated[str | None, "tu"] = None
    policy_uri: Annotated[str | None, "pu"] = None
    contacts: Annotated[tuple[str, ...], "co"] = ()
    software_id: Annotated[str | None, "si"] = None
    software_version: Annotated[str | None, "sv"] = None

    scope: Annotated[tuple[str, ...] | None, "sc"] = None
    default_scope: Annotated[tuple[str, ...] | None, "ds"] = None
    allowed_resources: Annotated[tuple[str, ...] | None, "ar"] = None
    default_resource: Annotated[str | None, "dr"] = None
    authorization_details_types: Annotated[tuple[str, ...] | None, "ad"] = None
    require_pkce: Annotated[bool, "pr"] = True
    first_party: Annotated[bool, "fp"] = False
    verified: Annotated[bool, "ve"] = False
    introspection: Annotated[str, "it"] = "own"
    id_jag_audiences: Annotated[Mapping[str, Mapping[str, Value]] | None, "ja"] = None
    resource_server: Annotated[tuple[str, ...], "rs"] = ()

    secret_hash: Annotated[bytes | None, "h"] = None
    previous_secret_hash: Annotated[bytes | None, "hp"] = None
    previous_secret_expires_at: Annotated[int, "hx"] = 0
    not_before: Annotated[int, "nb"] = 0
    blocked_at: Annotated[int | None, "bk"] = None

    registered_by: Annotated[str, "rb"] = "operator"
    scope_is_set: Annotated[bool, "sh"] = False
    owner: Annotated[str | None, "ow"] = None
    registration_token_hash: Annotated[bytes | None, "rh"] = None
    expires_at: Annotated[int | None, "x"] = None
    fresh_until: Annotated[int | None, "fu"] = None
    stale_until: Annotated[int | None, "su"] = None
    changed_at: Annotated[int | None, "cg"] = None

    @property
    def key(self) -> Key:
        return client_key(self.client_id)

    @property
    def is_public(self) -> bool:
        """Whether it has no credential of its own (RFC 6749 section 2.1)."""
        return self.token_endpoint_auth_method == "none"

    @property
    def has_secret(self) -> bool:
        """Whether a secret is what it proves itself by."""
        return self.token_endpoint_auth_method in ("client_secret_basic", "client_secret_post")

    @property
    def is_self_registered(self) -> bool:
        """Whether no operator and no developer known here stands behind its name."""
        return self.registered_by in ("dynamic", "document")

    @property
    def is_own(self) -> bool:
        """Whether it stands for pages of this server (own_pages.py); no other name has a colon so
        early."""
        return self.client_id.startswith("own:")

    @property
    def is_document(self) -> bool:
        """Whether what it is, is said by a document at its identifier."""
        return self.registered_by == "document"

    @property
    def is_fapi(self) -> bool:
        """Whether it is held to FAPI 2.0."""
        return self.profile is not None

    @property
    def hears_of_logout(self) -> bool:
        """Whether it is to be told when a session is signed out."""
        return bool(self.backchannel_logout_uri or self.frontchannel_logout_uri)

    @property
    def display_name(self) -> str:
        """What people are shown. A document can have any name; its host is its own."""
        name = self.client_name or self.client_id
        return f"{name} ({self.host})" if self.host else name

    @property
    def host(self) -> str | None:
        """Where the document is that says what it is, with the port; None without one."""
        return self.client_id.split("/")[2] if self.is_document else None


def client_key(client_id: str) -> Key:
    """The key of a client; the identifier is the whole rest of the key, so no two meet."""
    return Key(f"A#{client_id}")
