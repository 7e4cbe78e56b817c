"""`python -m infra.emulate`: package, deploy on the emulator, tell the stories, stop."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from infra import bootstrap, seeds
from infra.deployment.names import DeploymentError

from . import cloud, logouts, rotation, smoke
from .ministack import EmulatorError, Ministack


def main() -> int:
    """0 when the stories went well; the emulator is stopped either way."""
    try:
        with Ministack() as aws, tempfile.TemporaryDirectory(prefix="postern-package-") as out:
            print(f"ministack: {aws.url}")
            os.environ.update(aws.environ)
            deployed = cloud.deploy(aws.url, Path(out), print)
            environ = {**os.environ, **deployed.environ}
            bootstrap.register_keys(environ, deployed.key_arns)
            seeds.plant(environ)
            data_key = rotation.plant(environ)
            logouts.plant(environ)
            print(f"deployed: {deployed.url}")
            try:
                logouts.run(environ, print)
                smoke.run(deployed.url, say=print)
                rotation.run(deployed.url, deployed.rotation, environ, data_key, print)
                logouts.run_on(environ, print)
            except Exception:
                print(aws.log.read_text(errors="replace")[-8000:], file=sys.stderr)
                raise
    except (DeploymentError, EmulatorError, smoke.SmokeFailure) as problem:
        print(f"FAILED {problem}", file=sys.stderr)
        return 1
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
