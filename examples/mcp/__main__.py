"""`python -m examples.mcp`: the MCP server, until Ctrl-C. The README says what to do with it."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

import uvicorn

from examples.mcp.notes import server
from examples.mcp.protected import protected

# `make run` serves the issuer.
ISSUER = os.environ.get("ISSUER", "http://127.0.0.1:8000")
PORT = int(os.environ.get("MCP_PORT", "9000"))


def main() -> None:
    """Serve on a loopback port."""
    with socket.create_server(("127.0.0.1", PORT)) as listening:
        resource = f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        app = protected(server(), ISSUER, resource)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        print(f"ready {resource}", flush=True)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
