"""The settings of one stage, read from the environment once and whole.

A missing or malformed variable names itself when the function starts, not at request 1,000.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .values import Frozen

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Inside KMS, or here with a key that KMS keeps encrypted; what each mode can sign is said in
# protocol/signing_keys.py.
SIGNING_MODES = ("kms", "kms-data-key")
SIGNING_ALGORITHMS = ("RS256", "ES256", "PS256", "Ed25519", "EdDSA")

REGISTRATION = ("off", "initial-access-token", "open")

# The issuer is compared as a string by every client and verifier: visible ASCII only, no user.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/[!$-.0-\[\]-~]+(?:/[!$-.0-\[\]-~]+)*)?"
)
# Whether assertions about users (ID-JAG) are taken from others, made for others, or both.
ID_JAG_MODES = ("off", "accept", "issue", "both")
_LOOPBACK_HOSTS = ("127.0.0.1", "[::1]", "localhost")
# In lower case: a URL that names a client has no other letters in its host.
_PLACE = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|https?://[!$-.0-;=@-\[\]-~/]{1,247}")
# As SQS gives it out. A FIFO queue has a dot in its name, and wants more in each message.
_QUEUE_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[0-9]{12}/[A-Za-z0-9_-]{1,80}")


class SettingsError(ValueError):
    """A variable is missing or malformed; the message names it."""


class Lifetimes(Frozen):
    """How long things live, in seconds."""

    code: int = MINUTE
    access_token: int = 10 * MINUTE
    client_credentials: int = HOUR
    id_token: int = 10 * MINUTE
    refresh_token: int = 30 * DAY  # unused for so long, it ends
    grant: int = 365 * DAY  # and after so long in any case
    refresh_grace: int = MINUTE  # a lost answer may be asked for again
    authorization_request: int = 10 * MINUTE
    session: int = 12 * HOUR
    pushed_request: int = 90  # until a browser brings it


class Settings(Frozen):
    """What one stage is: its name to the world, where its items are, how long things live."""

    issuer: str
    stage: str
    table_name: str
    region: str
    product_name: str = "Postern"
    signing_mode: str = SIGNING_MODES[0]  # of resources that do not say
    # Of what is signed for clients (ID tokens and the like), and the algorithms they may choose.
    # No mode is the stage's own.
    id_token_signing_mode: str | None = None
    id_token_algs: tuple[str, ...] = SIGNING_ALGORITHMS[:1]
    # Where the endpoints are reached with client certificates (RFC 8705 section 5); a stage without
    # it takes none.
    mtls_url: str | None = None
    # Where back-channel logout is told to clients from; a stage without it tells none.
    logout_queue_url: str | None = None
    # Whether every DPoP proof must carry a nonce of ours; a client may be held to it alone.
    dpop_nonce: bool = False
    # Whether every client has to push its authorization requests (RFC 9126 section 5).
    require_par: bool = False
    # What the metadata document says of RFC 9396; the resources are what defines them.
    authorization_details_types: tuple[str, ...] = ()
    # For how long a token status list may be kept: so long a revoked token may still pass.
    status_list_ttl: int = MINUTE
    id_jag: str = ID_JAG_MODES[0]
    # The pages at /console, and whether every user is a developer there or only who was named one.
    console: bool = False
    console_is_for_everyone: bool = False
    terms_uri: str | None = None  # what a developer agrees to
    # Where the function's own log can be read again: a group of CloudWatch Logs, or a file.
    log_group: str | None = None
    log_file: str | None = None
    # Whether an https URL names a client, and from where: hosts, `*.` and a domain, or whole URLs.
    client_documents: bool = False
    client_documents_allowed: tuple[str, ...] = ()  # of none: from everywhere
    client_documents_denied: tuple[str, ...] = ()
    # Who may register clients over the network, and for how long one is kept that nobody uses.
    registration: str = "off"
    registration_unused: int = DAY
    native_schemes: tuple[str, ...] = ()  # without a dot, that applications may be answered at
    lifetimes: Lifetimes = Lifetimes()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read ISSUER, STAGE, TABLE_NAME, AWS_REGION and the optional ones. SettingsError."""
        stage = _require(environ, "STAGE")
        return cls(
            issuer=_issuer(_require(environ, "ISSUER"), stage),
            stage=stage,
            table_name=_require(environ, "TABLE_NAME"),
            region=_require(environ, "AWS_REGION"),
            product_name=environ.get("PRODUCT_NAME", "Postern"),
            signing_mode=_signing_mode(environ, "SIGNING_MODE") or SIGNING_MODES[0],
            id_token_signing_mode=_signing_mode(environ, "ID_TOKEN_SIGNING_MODE"),
            id_token_algs=_id_token_algs(environ),
            logout_queue_url=_queue_url(environ, "LOGOUT_QUEUE_URL"),
            mtls_url=_mtls_url(environ),
            dpop_nonce=_required(environ, "DPOP_NONCE"),
            require_par=_flag(environ, "REQUIRE_PAR"),
            authorization_details_types=_types(environ, "AUTHORIZATION_DETAILS_TYPES"),
            status_list_ttl=_seconds(environ, "STATUS_LIST_TTL", MINUTE, most=HOUR),
            id_jag=_word(environ, "ID_JAG", ID_JAG_MODES),
            console=_one_of(environ, "CONSOLE", "off", "on") == "on",
            console_is_for_everyone=_one_of(environ, "CONSOLE_DEVELOPERS", "named", "everyone")
            == "everyone",
            terms_uri=_https(environ, "TERMS_URI"),
            log_group=environ.get("AWS_LAMBDA_LOG_GROUP_NAME") or None,
            log_file=environ.get("LOG_FILE") or None,
            client_documents=_one_of(environ, "CLIENT_DOCUMENTS", "off", "on") == "on",
            client_documents_allowed=_places(environ, "CLIENT_DOCUMENTS_ALLOWED"),
            client_documents_denied=_places(environ, "CLIENT_DOCUMENTS_DENIED"),
            registration=_word(environ, "REGISTRATION", REGISTRATION),
            registration_unused=_seconds(
                environ, "REGISTRATION_UNUSED", DAY, least=10 * MINUTE, most=30 * DAY
            ),
            native_schemes=_native_schemes(environ),
            lifetimes=Lifetimes(
                code=_seconds(environ, "CODE_LIFETIME", MINUTE, most=10 * MINUTE),
                access_token=_seconds(environ, "ACCESS_TOKEN_LIFETIME", 10 * MINUTE, most=DAY),
                client_credentials=_seconds(environ, "CLIENT_CREDENTIALS_LIFETIME", HOUR, most=DAY),
                refresh_token=_seconds(environ, "REFRESH_TOKEN_LIFETIME", 30 * DAY),
                grant=_seconds(environ, "GRANT_LIFETIME", 365 * DAY),
                refresh_grace=_seconds(environ, "REFRESH_GRACE", MINUTE, most=10 * MINUTE),
                session=_seconds(environ, "SESSION_LIFETIME", 12 * HOUR),
                pushed_request=_seconds(environ, "PAR_LIFETIME", 90, least=60, most=600),
            ),
        )

    @property
    def is_local(self) -> bool:
        """Whether this is the stage of a developer's own machine."""
        return self.stage == "local"

    @property
    def accepts_id_jag(self) -> bool:
        """Whether assertions of trusted issuers about users are taken."""
        return self.id_jag in ("accept", "both")

    @property
    def issues_id_jag(self) -> bool:
        """Whether assertions about users are made for other servers."""
        return self.id_jag in ("issue", "both")

    def url(self, path: str) -> str:
        """The absolute URL of a path of this server; always from the issuer, never from Host."""
        return self.issuer + path

    def called_url(self, path: str, *, certified: bool) -> str:
        """The URL that was called at a path: `certified`, where client certificates are taken."""
        return (self.mtls_url or self.issuer) + path if certified else self.url(path)


def _require(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _signing_mode(environ: Mapping[str, str], name: str) -> str | None:
    mode = environ.get(name, "") or None
    if mode not in (None, *SIGNING_MODES):
        raise SettingsError(f"{name} must be one of {', '.join(SIGNING_MODES)}")
    return mode


def _word(environ: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    word = environ.get(name, "") or words[0]
    if word not in words:
        raise SettingsError(f"{name} must be one of {', '.join(words)}")
    return word


def _required(environ: Mapping[str, str], name: str) -> bool:
    word = environ.get(name, "") or "off"
    if word not in ("required", "off"):
        raise SettingsError(f"{name} must be required or off")
    return word == "required"


def _one_of(environ: Mapping[str, str], name: str, default: str, other: str) -> str:
    word = environ.get(name, "") or default
    if word not in (default, other):
        raise SettingsError(f"{name} must be {default} or {other}")
    return word


def _native_schemes(environ: Mapping[str, str]) -> tuple[str, ...]:
    if not environ.get("NATIVE_SCHEMES"):
        return ()
    from . import native_schemes  # few stages name any

    try:
        return native_schemes.read(environ["NATIVE_SCHEMES"])
    except ValueError as reason:
        raise SettingsError(f"NATIVE_SCHEMES must be {reason}") from None


def _places(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    places = tuple(environ.get(name, "").split())
    for place in places:
        if not _PLACE.fullmatch(place):
            raise SettingsError(
                f"{name} must be hosts, such as app.example or *.example, or https URLs, with"
                " blanks between"
            )
    return places


def _https(environ: Mapping[str, str], name: str) -> str | None:
    url = environ.get(name, "") or None
    if url is not None and not re.fullmatch(r"https://[\x21\x23-\x7e]{1,2000}", url):
        raise SettingsError(f"{name} must be an https URL")
    return url


def _queue_url(environ: Mapping[str, str], name: str) -> str | None:
    url = environ.get(name, "") or None
    if url is not None and not _QUEUE_URL.fullmatch(url):
        raise SettingsError(f"{name} must be the URL of a standard SQS queue")
    return url


def _mtls_url(environ: Mapping[str, str]) -> str | None:
    """A host of its own: one that asks for a certificate asks every browser for one."""
    text = environ.get("MTLS_URL", "") or None
    if text is None:
        return None
    url, issuer = _URL.fullmatch(text), _URL.fullmatch(_require(environ, "ISSUER"))
    if url is None or url["scheme"] != "https" or not 1 <= int(url["port"] or 443) <= 65535:
        raise SettingsError("MTLS_URL must be an https URL without query, fragment or final slash")
    if issuer and (url["host"], url["port"]) == (issuer["host"], issuer["port"]):
        raise SettingsError("MTLS_URL must have another host or port than ISSUER")
    return text


def _id_token_algs(environ: Mapping[str, str]) -> tuple[str, ...]:
    """RS256 is always offered (OpenID Connect Core section 15.1), whether it is named or not."""
    named = environ.get("ID_TOKEN_ALGS", "").split()
    if set(named) - set(SIGNING_ALGORITHMS):
        raise SettingsError(
            f"ID_TOKEN_ALGS must be some of {' '.join(SIGNING_ALGORITHMS)}, with blanks between"
        )
    return tuple(alg for alg in SIGNING_ALGORITHMS if alg in named or alg == "RS256")


def _issuer(text: str, stage: str) -> str:
    """RFC 8414 section 2: https, no query, no fragment; http only for a loopback on stage local."""
    url = _URL.fullmatch(text)
    if url is not None and 1 <= int(url["port"] or 443) <= 65535:
        plain = url["scheme"] == "http"
        if not plain or (stage == "local" and url["host"] in _LOOPBACK_HOSTS):
            return text
    raise SettingsError("ISSUER must be an https URL without query, fragment or final slash")


def _types(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    types = tuple(dict.fromkeys(environ.get(name, "").split()))
    if not all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]{1,128}", one) for one in types):
        raise SettingsError(f"{name} must be names of types, with blanks between")
    return types


def _flag(environ: Mapping[str, str], name: str) -> bool:
    word = environ.get(name, "") or "false"
    if word not in ("true", "false"):
        raise SettingsError(f"{name} must be true or false")
    return word == "true"


def _seconds(
    environ: Mapping[str, str],
    name: str,
    default: int,
    *,
    least: int = 1,
    most: int = 10 * 365 * DAY,
) -> int:
    text = environ.get(name, "") or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise SettingsError(f"{name} must be a whole number of seconds from {least} to {most}")
    return int(text)
