"""`python -m infra.local`: the local cloud, until Ctrl-C."""

from __future__ import annotations

import sys

from infra.local.cloud import main

if __name__ == "__main__":
    sys.exit(main())
