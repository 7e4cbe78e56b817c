"""AWS Signature Version 4, for POST requests with a JSON body to the root path.

AWS General Reference, "Create a signed AWS API request".
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from time import gmtime, strftime

from ..encoding import hmac_sha256
from .credentials import Credentials


def sign(
    headers: dict[str, str],
    body: bytes,
    *,
    credentials: Credentials,
    region: str,
    service: str,
    now: float,
) -> dict[str, str]:
    """The headers with X-Amz-Date, the session token and Authorization added.

    `headers` has lower-case names and holds `host`; every header is signed.
    """
    timestamp = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
    signed = {**headers, "x-amz-date": timestamp}
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    names = sorted(signed)
    canonical = "\n".join(
        (
            "POST",
            "/",
            "",
            *(f"{name}:{' '.join(signed[name].split())}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{timestamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(
        ("AWS4-HMAC-SHA256", timestamp, scope, hashlib.sha256(canonical.encode()).hexdigest())
    )
    key = _signing_key(credentials.secret_key, scope)
    signature = hmac_sha256(key, to_sign.encode()).hex()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return signed


# The same for a day: two services, before and after midnight, before and after a refresh.
@lru_cache(maxsize=8)
def _signing_key(secret_key: str, scope: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac_sha256(key, part.encode())
    return key
