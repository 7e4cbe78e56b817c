"""Client metadata of the proof that a client is itself. RFC 7591 section 2, RFC 8705 sections 2, 3.

Whether a stage takes certificates at all is administration/'s to check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..protocol import certificate_names, client_assertion, jwk_set
from ..records.client import Client
from . import InvalidMetadata
from .readers import flag, one_of


def assertions_can_be_checked(client: Client) -> None:
    """Whoever signs has registered a key to check that with."""
    alg = client.token_endpoint_auth_signing_alg
    if client.token_endpoint_auth_method != "private_key_jwt":
        if alg is not None:
            raise InvalidMetadata("token_endpoint_auth_signing_alg: is for private_key_jwt")
        return
    _has_keys(client)
    if alg is not None and client.jwks and not jwk_set.choose(client.jwks, alg, None):
        raise InvalidMetadata("token_endpoint_auth_signing_alg: no key for it in jwks")


def certificates_can_be_told(client: Client) -> None:
    """RFC 8705 sections 2.1.2 and 2.2.2: by exactly one name, or by the key."""
    names = [name for name in certificate_names.KINDS if getattr(client, name) is not None]
    method = client.token_endpoint_auth_method
    if method != "tls_client_auth" and names:
        raise InvalidMetadata(f"{names[0]}: is for tls_client_auth")
    if method == "self_signed_tls_client_auth":
        _has_keys(client)
    if method == "tls_client_auth" and len(names) != 1:
        raise InvalidMetadata(
            f"token_endpoint_auth_method: needs exactly one of {', '.join(certificate_names.KINDS)}"
        )


def _has_keys(client: Client) -> None:
    if client.jwks_uri is None and not client.jwks:
        raise InvalidMetadata("token_endpoint_auth_method: needs jwks or jwks_uri")


def _certificate_name(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidMetadata(f"{name}: must be a text")
    try:
        certificate_names.check(name, value)
    except ValueError as reason:
        raise InvalidMetadata(f"{name}: {reason}") from None
    return value


MEMBERS: Mapping[str, Callable[[str, Any], object]] = {
    "token_endpoint_auth_signing_alg": one_of(*client_assertion.ALGORITHMS),
    **dict.fromkeys(certificate_names.KINDS, _certificate_name),
    "tls_client_certificate_bound_access_tokens": flag,
}
RULES = (assertions_can_be_checked, certificates_can_be_told)
