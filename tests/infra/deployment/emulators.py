"""Two emulators that together a whole `deploy` can run against. The product is left as it is.

ministack 1.5.33 does CloudFormation, KMS, IAM and Lambda, but makes an API without routes of an
imported document. moto 5.2.5 imports routes, but its CloudFormation makes symmetric keys and no
outputs. So API Gateway alone is moto's, which wants a description, optional in Swagger, and to hear
OpenAPI's name. It runs in a process of its own: moto's stores are one for a process, and the other
tests have theirs in this one.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.deployment.names import PROJECT
from infra.emulate.ministack import Ministack
from infra.local.emulator import Emulator


@contextmanager
def emulators() -> Iterator[dict[str, str]]:
    """The environment in which AWS is these two."""
    with Ministack() as ministack, _api_gateway() as url:
        yield {**ministack.environ, "AWS_ENDPOINT_URL_API_GATEWAY": url}


@contextmanager
def _api_gateway() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, __file__],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.stdin.close()  # the child waits for it, and ends


def _described(app: Any) -> Any:
    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "mode=" in environ["QUERY_STRING"]:
            document = json.loads(environ["wsgi.input"].read())
            document["info"].setdefault("description", "")
            del document["swagger"]
            document["openapi"] = "3.0.1"
            body = json.dumps(document).encode()
            length = {"CONTENT_LENGTH": str(len(body)), "HTTP_CONTENT_LENGTH": str(len(body))}
            environ = {**environ, **length, "wsgi.input": io.BytesIO(body)}
        answer: Iterable[bytes] = app(environ, start_response)
        return answer

    return call


if __name__ == "__main__":
    with Emulator(wrap=_described) as moto:
        sys.stdout.write(f"{moto.url}\n")
        sys.stdout.flush()
        sys.stdin.read()
