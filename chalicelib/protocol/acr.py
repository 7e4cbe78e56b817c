"""Authentication context classes: how sure a sign-in is. OpenID Connect Core section 2.

The names are those of SAML 2.0 Authentication Context, section 3.4: what each asks for is written
down there, where a number would mean what its reader likes.
"""

from __future__ import annotations

# A password, sent over TLS.
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

VALUES = (PASSWORD,)
