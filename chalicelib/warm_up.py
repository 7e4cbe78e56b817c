"""What a snapshot holds already: every module that a request may load, and every page compiled.

With SnapStart, Lambda starts the function once for each published version, and every cold start is
a copy of that. So nothing here draws a random number, reads a clock or a credential, or opens a
connection: it would be the same in every copy, and days old.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Final

# Chalice reads the routes from the one when it deploys; operators work with the other.
_ELSEWHERE: Final = ("chalice_app", "administration")

# What our modules import only where they use it; a test holds the list to them.
_LATE: Final = (
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.asymmetric.padding",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "cryptography.hazmat.primitives.asymmetric.utils",
    "cryptography.hazmat.primitives.hashes",
    "cryptography.hazmat.primitives.kdf.argon2",
    "cryptography.hazmat.primitives.serialization",
    "cryptography.x509",
    "datetime",
    "encodings.idna",  # Python's own, for the first name that is looked up
    "ssl",
    "traceback",
)


def warm_up() -> None:
    """Import and compile, once, what cold starts would otherwise each do when asked."""
    from .pages import compile_templates

    package = __name__.rpartition(".")[0]
    here = [str(Path(__file__).parent)]
    for module in walk_packages(here, f"{package}."):
        if module.name.split(".")[1] not in _ELSEWHERE:
            import_module(module.name)
    for name in _LATE:
        import_module(name)
    compile_templates()
