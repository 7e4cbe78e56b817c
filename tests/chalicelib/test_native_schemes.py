"""The setting NATIVE_SCHEMES, and what it lets through. docs/decisions/0046."""

from __future__ import annotations

import pytest

from chalicelib.protocol import redirect_uri
from chalicelib.settings import Settings, SettingsError

STAGE = {
    "ISSUER": "https://id.example.com",
    "STAGE": "prod",
    "TABLE_NAME": "postern",
    "AWS_REGION": "eu-west-1",
}


@pytest.mark.parametrize(
    ("text", "schemes"),
    [
        (None, ()),
        ("", ()),
        (" ", ()),
        ("cursor", ("cursor",)),
        ("cursor,vscode, claude", ("cursor", "vscode", "claude")),
        ("cursor,cursor", ("cursor",)),
        ("vscode-insiders,a1+b", ("vscode-insiders", "a1+b")),
    ],
)
def test_a_stage_names_schemes(text: str | None, schemes: tuple[str, ...]) -> None:
    """With commas between; none unless it does."""
    named = {} if text is None else {"NATIVE_SCHEMES": text}
    assert Settings.read({**STAGE, **named}).native_schemes == schemes


NO_SCHEMES = (
    *("Cursor", "1password", "-x", "+x", ".x", "c", "a_b", "a/b", "cursor:", "cursor://", "ü"),
    *(
        "cursor vscode",
        "cursor;vscode",
        ",",
        "cursor,",
        ",cursor",
        "a,,b",
        "*",
        "a" * 65,
        "cur\nsor",
    ),
)
TAKEN = (
    *("http", "https", "javascript", "data", "file", "blob", "about", "ftp", "ws", "wss", "mailto"),
    *(
        "tel",
        "view-source",
        "chrome",
        "chrome-extension",
        "ms-settings",
        "ms-word",
        "intent",
        "urn",
    ),
    *("vbscript", "sms", "geo", "irc", "magnet", "xmpp", "web+app", "ext+app", "moz-extension"),
    *("android-app", "itms-services", "search-ms", "filesystem", "edge", "microsoft-edge"),
)


@pytest.mark.parametrize("text", NO_SCHEMES)
def test_what_is_no_scheme_is_refused(text: str) -> None:
    """By the name of the setting, when the function starts."""
    with pytest.raises(SettingsError, match=r"^NATIVE_SCHEMES must be schemes in lower case"):
        Settings.read({**STAGE, "NATIVE_SCHEMES": text})


@pytest.mark.parametrize("scheme", TAKEN)
def test_what_is_no_applications_is_refused(scheme: str) -> None:
    """Also among others: what browsers and systems answer, or any web page may."""
    with pytest.raises(SettingsError, match=r"^NATIVE_SCHEMES must be schemes of applications: "):
        Settings.read({**STAGE, "NATIVE_SCHEMES": f"cursor,{scheme}"})


@pytest.mark.parametrize("of_a_stranger", [False, True])
def test_a_scheme_that_is_named_may_be_registered(of_a_stranger: bool) -> None:
    """Exactly that one, by a native application alone."""
    uri = "cursor://anysphere.cursor-mcp/oauth/callback"
    redirect_uri.check(uri, "native", ("cursor",), of_a_stranger=of_a_stranger)
    with pytest.raises(ValueError, match="application_type native only"):
        redirect_uri.check(uri, "web", ("cursor",), of_a_stranger=of_a_stranger)


@pytest.mark.parametrize(
    "uri",
    [
        *("cursors://x", "curso://x", "Cursor://x", "cursor+x://x", "vscode://x", "cursor//x"),
        *("javascript:alert(1)", "cursor:javascript:#", "cursor:", "cursor", "http://a.example/"),
    ],
)
def test_no_other_scheme_is_let_in_by_it(uri: str) -> None:
    """Neither one that looks like it."""
    with pytest.raises(ValueError, match="must"):
        redirect_uri.check(uri, "native", ("cursor",))


def test_a_refusal_names_what_would_be_taken() -> None:
    """For the developer who meets it."""
    with pytest.raises(ValueError, match=r"that holds a dot or is one of cursor, vscode$"):
        redirect_uri.check("app://x", "native", ("cursor", "vscode"))
