"""What a client is told about its registration. RFC 7591 section 3.2.2.

OAuthError
├── InvalidRedirectUri
├── InvalidClientMetadata
├── InvalidSoftwareStatement
└── UnapprovedSoftwareStatement
"""

from __future__ import annotations

from .errors import OAuthError


class InvalidRedirectUri(OAuthError):
    """RFC 7591 section 3.2.2: a redirect URI must not be registered."""

    error = "invalid_redirect_uri"
    words = "A redirect URI cannot be registered here."


class InvalidClientMetadata(OAuthError):
    """RFC 7591 section 3.2.2: the metadata are malformed, or cannot be registered here."""

    error = "invalid_client_metadata"
    words = "The client metadata are malformed, or cannot be registered here."


class InvalidSoftwareStatement(OAuthError):
    """RFC 7591 section 3.2.2: the software statement is malformed, expired, or not genuine."""

    error = "invalid_software_statement"
    words = "The software statement is malformed, expired, or not signed by its issuer."


class UnapprovedSoftwareStatement(OAuthError):
    """RFC 7591 section 3.2.2: nobody whose word counts here made the software statement."""

    error = "unapproved_software_statement"
    words = "The software statement is not from an issuer that this server trusts."
