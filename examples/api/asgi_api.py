"""An API behind the ASGI middleware. With uvicorn it would be `uvicorn ...:app`.

.venv/bin/python -m examples.api.asgi_api
"""

from __future__ import annotations

import json

from examples.api import cross_origin
from examples.api.asgi_server import serving
from examples.api.settings import PORT, SCOPES, policy, verifier
from postern_verifier.adapters.asgi import Protected, Receive, Scope, Send
from postern_verifier.adapters.serving import TOKEN


async def files(scope: Scope, receive: Receive, send: Send) -> None:
    """Whose files these are; there is no token where the policy asks for none."""
    token = scope.get(TOKEN)
    body = json.dumps({"files_of": token.subject if token else None}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve until Ctrl-C."""
    with serving(PORT) as server:
        # On a machine of one's own clients do not call the resource by its public name.
        app = Protected(files, verifier, policy=policy, origin=server.url, metadata=SCOPES)
        server.app = cross_origin.asgi(app)
        print(f"ready {server.url}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
