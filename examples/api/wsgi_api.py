"""An API behind the WSGI middleware, on the server of the standard library.

.venv/bin/python -m examples.api.wsgi_api
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import make_server

from examples.api import cross_origin
from examples.api.settings import PORT, SCOPES, policy, verifier
from postern_verifier.adapters.serving import TOKEN
from postern_verifier.adapters.wsgi import Protected


def files(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Whose files these are; there is no token where the policy asks for none."""
    token = environ.get(TOKEN)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"files_of": token.subject if token else None}).encode()]


def main() -> None:
    """Serve until Ctrl-C."""
    with make_server("127.0.0.1", PORT, files) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        # On a machine of one's own clients do not call the resource by its public name.
        app = Protected(files, verifier, policy=policy, origin=url, metadata=SCOPES)
        server.set_app(cross_origin.wsgi(app))
        print(f"ready {url}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
