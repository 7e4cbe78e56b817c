"""Where a function's credentials come from: its environment, or its container's endpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from .credentials import FULL_URI, Credentials, from_environment


def source(
    environ: Mapping[str, str], now: Callable[[], float] = time.time
) -> Callable[[], Credentials]:
    """Gives the credentials of the moment; ValueError for a container endpoint elsewhere.

    The environment wins, as in botocore and every SDK of AWS: whoever sets a key by hand means it.
    On Lambda there is no choice: a function has either the key (AWS_ACCESS_KEY_ID) or, with
    SnapStart, the endpoint, "which prevents credentials from expiring before it is restored".
    """
    if environ.get("AWS_ACCESS_KEY_ID") or not environ.get(FULL_URI):
        return lambda: from_environment(environ)
    # Only a function with SnapStart pays for it.
    from .container_credentials import ContainerCredentials

    return ContainerCredentials(environ, now)
