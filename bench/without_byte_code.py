"""The function and its libraries without byte code: what is compiled at a cold start where a
package holds sources only. The standard library keeps its own, as on Lambda."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from bench.cloud import ROOT

# What the function and the baseline import; botocore's service models are among them.
_LIBRARIES = ("boto3", "botocore", "chalice", "cffi", "cryptography", "dateutil", "jinja2")
_MORE = ("jmespath", "jwt", "markupsafe", "s3transfer", "urllib3", "six.py", "certifi", "yaml")


def tree(target: Path) -> Path:
    """A folder of links to every file but byte code; what is loaded from it is compiled anew."""
    libraries = Path(sysconfig.get_path("purelib"))
    for name in ("app.py", "chalicelib"):
        _link(ROOT / name, target / name)
    for name in _LIBRARIES + _MORE:
        if (libraries / name).exists():
            _link(libraries / name, target / name)
    return target


def _link(source: Path, target: Path) -> None:
    if source.name == "__pycache__":
        return
    if not source.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source)
        return
    target.mkdir(parents=True)
    for path in source.iterdir():
        _link(path, target / path.name)
