"""The environment of the Lambda handler on this machine, and the file that shares it.

The local stage has demo credentials that everyone knows; it is refused under any other name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# What the command line needs from another terminal.
SHARED = (
    *("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    *("TABLE_NAME", "ISSUER", "STAGE", "KEY_ALIASES", "LOG_FILE", "LOGOUT_QUEUE_URL"),
    "ID_TOKEN_ALGS",
)
# What it must know as well, where it was set: which clients can be registered hangs on it.
SHARED_IF_SET = ("SIGNING_MODE", "ID_TOKEN_SIGNING_MODE", "MTLS_URL", "ID_JAG")
# A key for each, so that a client can be tried with any of them.
ALGORITHMS = ("RS256", "ES256", "PS256", "Ed25519", "EdDSA")
# These would lead the emulated calls to a real account, or elsewhere.
FOREIGN = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    *("AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_SQS"),
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)


class Refused(Exception):
    """The local cloud does not start; the message says why and what to do."""


def port_of(environ: Mapping[str, str]) -> int:
    """PORT, by default 8000; 0 takes any free one."""
    text = environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdecimal() and int(text) < 65_536):
        raise Refused(f"PORT must be a number from 0 to 65535, not {text!r}.")
    return int(text)


def check_stage(environ: Mapping[str, str]) -> None:
    """Refuse every stage but local: the demo seeds are known to everyone."""
    stage = environ.get("STAGE") or "local"
    if stage != "local":
        raise Refused(
            f"STAGE is {stage!r}, but this command plants demo users and secrets that everyone"
            " knows and only runs as stage local. Unset STAGE, or use `make deploy`."
        )


def local_environment(
    environ: Mapping[str, str], *, base: str, endpoint: str, log_file: Path
) -> dict[str, str]:
    """The caller's environment, turned to the emulator at `endpoint`; a set ISSUER is kept."""
    kept = {name: value for name, value in environ.items() if name not in FOREIGN}
    around = [environ[name] for name in ("NO_PROXY", "no_proxy") if environ.get(name)]
    no_proxy = ",".join([*around[:1], "127.0.0.1"])
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "TABLE_NAME": "postern-local",
        "ID_TOKEN_ALGS": environ.get("ID_TOKEN_ALGS") or " ".join(ALGORITHMS),
        "KEY_ALIASES": ",".join(f"alias/postern-local-{alg.lower()}" for alg in ALGORITHMS),
        "ISSUER": environ.get("ISSUER") or base,
        "STAGE": "local",
        "LOG_FILE": str(log_file),
        "REGISTRATION": environ.get("REGISTRATION") or "open",
        "CLIENT_DOCUMENTS": environ.get("CLIENT_DOCUMENTS") or "on",
        "ID_JAG": environ.get("ID_JAG") or "both",
        # Here it can be reached by nobody else.
        "CONSOLE": environ.get("CONSOLE") or "on",
        # The emulator's only account.
        "LOGOUT_QUEUE_URL": f"{endpoint}/123456789012/postern-local-logout",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


class EnvironmentFile:
    """`.local/env`: there, readable by its owner alone, while the context lasts."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        names = (*SHARED, *(name for name in SHARED_IF_SET if name in environ))
        self.text = "".join(f"{name}={environ[name]}\n" for name in names)

    def __enter__(self) -> EnvironmentFile:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        # Written aside and moved, so that a reader never sees half of it.
        aside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        aside.unlink(missing_ok=True)
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.text)
        aside.replace(self.path)
        return self

    def __exit__(self, *_: object) -> None:
        # Another run may have written its own since; that one stays.
        if self.path.exists() and self.path.read_text() == self.text:
            self.path.unlink()
        _remove_if_empty(self.path.parent)


class LogFile:
    """`.local/log`, or `.local/log.<process>` beside another run: there while the context lasts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> LogFile:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            os.close(os.open(self.path, flags, 0o600))
        except FileExistsError:
            self.path = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            os.close(os.open(self.path, flags, 0o600))
        return self

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)
        _remove_if_empty(self.path.parent)


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
