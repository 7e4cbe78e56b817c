"""An API in Chalice, behind the decorator, on Chalice's local server.

.venv/bin/python -m examples.api.chalice_api
"""

from __future__ import annotations

from chalice.app import Chalice, CORSConfig
from chalice.config import Config
from chalice.local import LocalChalice, LocalDevServer

from examples.api.cross_origin import READ, SECONDS, SENT
from examples.api.settings import PORT, SCOPES, verifier
from postern_verifier import Needs
from postern_verifier.adapters.chalice import protected
from postern_verifier.adapters.serving import TOKEN

CORS = CORSConfig(allow_headers=SENT, expose_headers=READ, max_age=SECONDS)


def add_routes(app: Chalice, origin: str | None = None) -> None:
    """The views. On API Gateway no origin is needed: it is the resource's."""

    @app.route("/files", cors=CORS)
    @protected(app, verifier, Needs("read"), origin=origin)
    def read() -> dict[str, str | None]:
        return {"files_of": subject()}

    @app.route("/files", methods=["POST"], name="write", cors=CORS)
    @protected(app, verifier, Needs("write"), origin=origin)
    def write() -> dict[str, str | None]:
        return {"files_of": subject()}

    @app.route("/health")
    def health() -> dict[str, None]:
        return {"files_of": None}

    @app.route(str(verifier.metadata_path), cors=True)
    def metadata() -> dict[str, object]:
        return verifier.metadata(**SCOPES)

    def subject() -> str | None:
        assert app.current_request is not None
        found: str | None = app.current_request.context[TOKEN].subject
        return found


def main() -> None:
    """Serve until Ctrl-C."""
    app = LocalChalice(app_name="files")
    local = LocalDevServer(app, Config(), "127.0.0.1", PORT)
    url = f"http://127.0.0.1:{local.server.server_port}"
    # On a machine of one's own clients do not call the resource by its public name.
    add_routes(app, url)
    print(f"ready {url}", flush=True)
    with local.server:
        local.serve_forever()


if __name__ == "__main__":
    main()
