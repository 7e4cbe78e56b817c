"""Settings are read once and whole, and a bad variable names itself. RFC 8414 section 2."""

from __future__ import annotations

import pytest

from chalicelib.settings import DAY, Settings, SettingsError

GOOD = {
    "ISSUER": "https://id.example.com",
    "STAGE": "prod",
    "TABLE_NAME": "postern-prod",
    "AWS_REGION": "eu-west-1",
}


def test_the_defaults() -> None:
    """Four variables are enough."""
    settings = Settings.read(GOOD)
    assert settings.issuer == "https://id.example.com"
    assert (settings.stage, settings.table_name, settings.region) == (
        "prod",
        "postern-prod",
        "eu-west-1",
    )
    assert settings.product_name == "Postern"
    assert not settings.is_local
    assert (settings.lifetimes.code, settings.lifetimes.access_token) == (60, 600)
    assert settings.lifetimes.client_credentials == 3600


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_variable_names_itself(name: str, value: str | None) -> None:
    """Absent or empty."""
    environ = {**GOOD, name: value} if value is not None else {**GOOD}
    if value is None:
        del environ[name]
    with pytest.raises(SettingsError, match=rf"^{name} is not set"):
        Settings.read({key: text for key, text in environ.items() if text is not None})


LIFETIMES = {
    "CODE_LIFETIME": ("code", 600),
    "ACCESS_TOKEN_LIFETIME": ("access_token", DAY),
    "CLIENT_CREDENTIALS_LIFETIME": ("client_credentials", DAY),
    "REFRESH_TOKEN_LIFETIME": ("refresh_token", 3650 * DAY),
    "GRANT_LIFETIME": ("grant", 3650 * DAY),
    "REFRESH_GRACE": ("refresh_grace", 600),
    "SESSION_LIFETIME": ("session", 3650 * DAY),
    "PAR_LIFETIME": ("pushed_request", 600),
}


# The others may be as short as a second.
LEAST = {"PAR_LIFETIME": 60}


@pytest.mark.parametrize("name", LIFETIMES)
def test_a_lifetime_is_set_by_its_variable(name: str) -> None:
    """In seconds, from its least to its most; the others keep their defaults."""
    field, most = LIFETIMES[name]
    for seconds in (LEAST.get(name, 1), most):
        lifetimes = Settings.read({**GOOD, name: str(seconds)}).lifetimes
        assert getattr(lifetimes, field) == seconds
    default = Settings.read({**GOOD, name: ""}).lifetimes
    assert default == Settings.read(GOOD).lifetimes


@pytest.mark.parametrize("name", LIFETIMES)
@pytest.mark.parametrize(
    "text", ["0", "-1", "+1", "1.5", "1e3", "60s", " 60", "60\n", "1_0", "٦٠", "0x10", "9999999999"]
)
def test_a_malformed_lifetime_names_its_variable(name: str, text: str) -> None:
    """A whole ASCII number of seconds, and nothing else that int() would take."""
    with pytest.raises(SettingsError, match=rf"^{name} must be"):
        Settings.read({**GOOD, name: text})


@pytest.mark.parametrize("name", LIFETIMES)
def test_a_lifetime_has_a_most(name: str) -> None:
    """A code lives ten minutes at most, a token a day: keys are kept for so long."""
    with pytest.raises(SettingsError, match=rf"^{name} must be"):
        Settings.read({**GOOD, name: str(LIFETIMES[name][1] + 1)})


@pytest.mark.parametrize(
    ("stage", "issuer"),
    [
        ("prod", "https://id.example.com"),
        ("prod", "https://id.example.com:8443"),
        ("prod", "https://abc.execute-api.eu-west-1.amazonaws.com/api"),
        ("prod", "https://[2001:db8::1]"),
        ("local", "http://127.0.0.1:8000"),
        ("local", "http://[::1]:8000"),
        ("local", "http://localhost:8000"),
        ("local", "https://id.example.com"),
    ],
)
def test_an_issuer(stage: str, issuer: str) -> None:
    """https; plain http on the developer's own machine."""
    assert Settings.read({**GOOD, "STAGE": stage, "ISSUER": issuer}).issuer == issuer


@pytest.mark.parametrize(
    ("stage", "issuer"),
    [
        ("prod", "http://id.example.com"),
        ("prod", "http://127.0.0.1:8000"),
        ("local", "http://192.168.0.1:8000"),
        ("local", "http://localhost.evil.example"),
        ("prod", "id.example.com"),
        ("prod", "//id.example.com"),
        ("prod", "https://"),
        ("prod", "https:///api"),
        ("prod", "https://id.example.com/"),
        ("prod", "https://id.example.com/api/"),
        ("prod", "https://id.example.com?x"),
        ("prod", "https://id.example.com?"),
        ("prod", "https://id.example.com#x"),
        ("prod", "https://id.example.com#"),
        ("prod", "https://user@id.example.com"),
        ("prod", "https://id.example.com "),
        ("prod", "https://id.example.com\n"),
        ("prod", "https://id.exämple.com"),
        ("prod", "https://[::1"),
        ("prod", "https://[x]"),
        ("prod", "https://id.example.com:x"),
        ("prod", "https://id.example.com:0"),
        ("prod", "https://id.example.com:65536"),
        ("prod", "https://id.example.com\\x"),
        ("prod", 'https://id.example.com/"'),
        ("prod", "javascript:alert(1)"),
    ],
)
def test_a_malformed_issuer_names_its_variable(stage: str, issuer: str) -> None:
    """Clients and verifiers compare the issuer as a string: it has one spelling."""
    with pytest.raises(SettingsError, match=r"^ISSUER"):
        Settings.read({**GOOD, "STAGE": stage, "ISSUER": issuer})


def test_urls_come_from_the_issuer() -> None:
    """Under a stage path they keep it."""
    settings = Settings.read({**GOOD, "ISSUER": "https://x.example/api"})
    assert settings.url("/token") == "https://x.example/api/token"


@pytest.mark.parametrize(
    ("given", "mode"),
    [({}, "kms"), ({"SIGNING_MODE": ""}, "kms")]
    + [({"SIGNING_MODE": mode}, mode) for mode in ("kms", "kms-data-key")],
)
def test_the_signing_mode(given: dict[str, str], mode: str) -> None:
    """Inside KMS unless told."""
    assert Settings.read({**GOOD, **given}).signing_mode == mode


@pytest.mark.parametrize("name", ["SIGNING_MODE", "ID_TOKEN_SIGNING_MODE"])
@pytest.mark.parametrize("mode", ["KMS", "local", "kms-data-keys", " kms", "none"])
def test_an_unknown_signing_mode_is_refused(name: str, mode: str) -> None:
    """When the function starts, with the modes that there are."""
    with pytest.raises(SettingsError, match=rf"^{name} must be one of kms, kms-data-key"):
        Settings.read({**GOOD, name: mode})


@pytest.mark.parametrize(
    ("given", "mode"),
    [(None, None), ("", None), ("kms", "kms"), ("kms-data-key", "kms-data-key")],
)
def test_the_signing_mode_of_id_tokens(given: str | None, mode: str | None) -> None:
    """The stage's own unless told: None stands for that."""
    named = {} if given is None else {"ID_TOKEN_SIGNING_MODE": given}
    assert Settings.read({**GOOD, **named}).id_token_signing_mode == mode


@pytest.mark.parametrize(
    ("given", "algs"),
    [
        (None, ("RS256",)),
        ("", ("RS256",)),
        ("ES256", ("RS256", "ES256")),
        (" EdDSA  PS256 RS256 ", ("RS256", "PS256", "EdDSA")),
    ],
)
def test_the_algorithms_of_id_tokens(given: str | None, algs: tuple[str, ...]) -> None:
    """RS256 always, the others as named, in one order."""
    named = {} if given is None else {"ID_TOKEN_ALGS": given}
    assert Settings.read({**GOOD, **named}).id_token_algs == algs


@pytest.mark.parametrize("algs", ["none", "RS256 none", "rs256", "RS256,ES256", "HS256", "RS512"])
def test_an_unknown_algorithm_of_id_tokens_is_refused(algs: str) -> None:
    """When the function starts; `none` is not one."""
    with pytest.raises(SettingsError, match=r"^ID_TOKEN_ALGS must be some of RS256 ES256 PS256"):
        Settings.read({**GOOD, "ID_TOKEN_ALGS": algs})


QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/postern-prod-logout"


@pytest.mark.parametrize(
    "url",
    [
        QUEUE,
        "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/postern-prod-logout",
        "http://127.0.0.1:4566/000000000000/postern-local-logout",
    ],
)
def test_the_queue_of_logouts_is_a_url(url: str) -> None:
    """AWS's own, or an emulator's."""
    assert Settings.read({**GOOD, "LOGOUT_QUEUE_URL": url}).logout_queue_url == url


@pytest.mark.parametrize("given", [{}, {"LOGOUT_QUEUE_URL": ""}])
def test_a_stage_may_have_no_queue_of_logouts(given: dict[str, str]) -> None:
    """It tells no client of a logout."""
    assert Settings.read({**GOOD, **given}).logout_queue_url is None


@pytest.mark.parametrize(
    "text",
    [
        "postern-prod-logout",
        "arn:aws:sqs:eu-west-1:123456789012:postern-prod-logout",
        f"{QUEUE}.fifo",
        f"{QUEUE}/",
        f" {QUEUE}",
        f"{QUEUE}\n",
        "ftp://sqs.eu-west-1.amazonaws.com/123456789012/a",
        "https://user@sqs.eu-west-1.amazonaws.com/123456789012/a",
        "https://sqs.eu-west-1.amazonaws.com/١٢٣٤٥٦٧٨٩٠١٢/a",
    ],
)
def test_what_is_no_queue_url_names_the_variable(text: str) -> None:
    """A name, an ARN, a FIFO queue: told when the function starts."""
    with pytest.raises(SettingsError, match=r"^LOGOUT_QUEUE_URL must be"):
        Settings.read({**GOOD, "LOGOUT_QUEUE_URL": text})


def test_nonces_of_proofs() -> None:
    """DPOP_NONCE is off where it is not set."""
    assert Settings.read({**GOOD, "DPOP_NONCE": "required"}).dpop_nonce is True
    for named in ({}, {"DPOP_NONCE": ""}, {"DPOP_NONCE": "off"}):
        assert Settings.read({**GOOD, **named}).dpop_nonce is False


@pytest.mark.parametrize("word", ["true", "on", "Required", "1", " off"])
def test_another_word_on_nonces_is_refused(word: str) -> None:
    """Or a stage would go without what its operator wanted."""
    with pytest.raises(SettingsError, match=r"^DPOP_NONCE must be required or off"):
        Settings.read({**GOOD, "DPOP_NONCE": word})


@pytest.mark.parametrize("seconds", [1, 59, 601])
def test_a_pushed_request_lives_from_one_to_ten_minutes(seconds: int) -> None:
    """Less and the slowest browsers are late; more and a request_uri is lying about."""
    with pytest.raises(SettingsError, match=r"^PAR_LIFETIME must be .* from 60 to 600"):
        Settings.read({**GOOD, "PAR_LIFETIME": str(seconds)})


@pytest.mark.parametrize(
    ("word", "wanted"), [(None, False), ("", False), ("false", False), ("true", True)]
)
def test_whether_requests_must_be_pushed(word: str | None, wanted: bool) -> None:
    """REQUIRE_PAR; not unless it is set."""
    named = {} if word is None else {"REQUIRE_PAR": word}
    assert Settings.read({**GOOD, **named}).require_par is wanted


@pytest.mark.parametrize("word", ["yes", "1", "True", "required", " true"])
def test_another_word_on_pushing_is_refused(word: str) -> None:
    """Or a stage would go without what its operator wanted."""
    with pytest.raises(SettingsError, match=r"^REQUIRE_PAR must be true or false"):
        Settings.read({**GOOD, "REQUIRE_PAR": word})


def test_a_stage_takes_no_certificates_unless_it_is_told_where() -> None:
    """RFC 8705 section 5: MTLS_URL; the URL that was called follows from it."""
    assert Settings.read({**GOOD, "MTLS_URL": ""}).mtls_url is None
    settings = Settings.read({**GOOD, "MTLS_URL": "https://mtls.example.com"})
    assert settings.called_url("/token", certified=True) == "https://mtls.example.com/token"
    assert settings.called_url("/token", certified=False) == "https://id.example.com/token"
    assert (
        Settings.read(GOOD).called_url("/token", certified=True) == "https://id.example.com/token"
    )


@pytest.mark.parametrize(
    "url",
    [
        *("http://mtls.example.com", "mtls.example.com", "https://mtls.example.com/", "https://"),
        *("https://mtls.example.com?a", "https://mtls.example.com#a", "https://u@mtls.example.com"),
        *("https://mtls.example.com:0", "https://mtls.example.com:99999", "http://127.0.0.1:8000"),
        *("https://id.example.com", "https://id.example.com/mtls", "https://mtls.example.com\n"),
    ],
)
def test_a_bad_host_for_certificates_is_told(url: str) -> None:
    """Another host or port than the issuer's: there, browsers would be asked for certificates."""
    with pytest.raises(SettingsError, match=r"^MTLS_URL must"):
        Settings.read({**GOOD, "MTLS_URL": url})
