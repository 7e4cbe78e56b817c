"""Client metadata of what its tokens are bound to. RFC 9449 section 5.2.

require_dpop_nonce is our own: no specification has a name for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..records.client import Client
from .readers import flag

MEMBERS: Mapping[str, Callable[[str, Any], object]] = {
    "dpop_bound_access_tokens": flag,
    "require_dpop_nonce": flag,
}
RULES: tuple[Callable[[Client], None], ...] = ()
