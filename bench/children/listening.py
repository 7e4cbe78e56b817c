"""The function behind a small gateway on the loopback address, as `make run` serves it.

Prints its port; ends with its standard input.
"""

import sys

from app import app
from infra.local.gateway import API, serve

with serve(app, routes=API, issuer="https://id.example.com") as server:
    print(server.port, flush=True)
    sys.stdin.read()
