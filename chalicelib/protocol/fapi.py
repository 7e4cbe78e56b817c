"""What a client on the profile `fapi2` is held to. FAPI 2.0 Security Profile section 5, Message
Signing section 5.

What may be registered is in registration/profile_metadata.py; this is what requests are held to.
"""

from __future__ import annotations

FAPI2 = "fapi2"
PROFILES = (FAPI2,)

# Section 5.4: no RS256, whose padding is the weaker one.
ALGORITHMS = ("PS256", "ES256", "Ed25519", "EdDSA")
AUTHENTICATION = ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")
# Message Signing section 5.3.1: how long a signed request may live, in seconds.
LONGEST_REQUEST = 60 * 60
# Security Profile section 5.3.2.1, in seconds.
LONGEST_CODE = 60
# Security Profile section 5.3.2.2: less than 600, in seconds.
LONGEST_PUSH = 599
