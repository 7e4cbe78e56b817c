"""What each error of a registration means. RFC 7591 section 3.2.2."""

from __future__ import annotations

from .error_entry import Entry

_SECTION = ("RFC 7591, section 3.2.2", "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2")

OF_REGISTRATION = {
    "invalid_redirect_uri": Entry(
        "The redirect URI cannot be registered",
        "An address that the answers should go to is malformed, or is of a kind that this server "
        "sends no answers to.",
        (
            "It is an http URL of another host than the user's own device.",
            "It holds a fragment, a user name, a wildcard or a backslash.",
            "It has a scheme without a dot that the operator has not named, or application_type is "
            "web and it is not https.",
        ),
        (
            "Read error_description: it names the URI and the reason.",
            "Web applications: https. Applications on the user's device: http://127.0.0.1, "
            "http://[::1] or http://localhost with any port, a claimed https URL, or a scheme such "
            "as com.example.app with application_type native.",
        ),
        *_SECTION,
    ),
    "invalid_client_metadata": Entry(
        "The client metadata are not good",
        "A member of the registration is malformed, contradicts another, or asks for what a client "
        "cannot give to itself here.",
        (
            "The body is not one JSON object, or a member stands twice in it.",
            "The token_endpoint_auth_method or the grant_types are not offered here.",
            "The client_name holds invisible characters, or is the name of this service.",
            "An update leaves out client_id, or holds another one.",
        ),
        (
            "Read error_description: it names the member.",
            "Compare the members with the metadata document of this server.",
        ),
        *_SECTION,
    ),
    "invalid_software_statement": Entry(
        "The software statement is not good",
        "The software_statement is no JWT that its issuer has signed and that is in force.",
        (
            "It is malformed, expired, or not valid yet.",
            "The key that signed it is not among those of its issuer.",
            "A claim in it is no client metadata that can be registered.",
        ),
        ("Ask whoever issues your software statements for a new one.",),
        *_SECTION,
    ),
    "unapproved_software_statement": Entry(
        "The software statement is from somebody else",
        "The software_statement may be genuine, but this server does not trust its issuer.",
        (
            "The iss of the statement is not one that the operator has named.",
            "The issuer is trusted for other things, not for software.",
        ),
        (
            "Ask the operator of this server which issuers are trusted.",
            "Register without a software_statement.",
        ),
        *_SECTION,
    ),
}
