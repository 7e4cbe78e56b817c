"""Schemes without a dot that a stage lets applications be answered at. RFC 8252 section 7.1.

The rule is a scheme that holds a dot, made of a domain of the application's maker: nobody else has
that one by accident. Some applications have another all the same: an operator names it.
docs/decisions/0046.
"""

from __future__ import annotations

import re

# RFC 3986 section 3.1, in lower case. One letter is a drive of a computer.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,63}", re.ASCII)
# What browsers and systems answer themselves, or send elsewhere, and what any web page may ask to
# answer (HTML, section 8.9.1.2: registerProtocolHandler()).
_TAKEN = frozenset(
    (
        *("http", "https", "ws", "wss", "ftp", "ftps", "sftp", "file", "data", "blob"),
        *("javascript", "livescript", "mocha", "vbscript", "jscript", "about", "view-source"),
        *("filesystem", "jar", "resource", "res", "wyciwyg", "content", "cid", "mid", "urn"),
        *("mk", "shell", "hcp", "intent", "android-app", "ios-app", "market", "help", "search"),
        *("mailto", "tel", "callto", "sms", "smsto", "mms", "sip", "sips", "xmpp", "facetime"),
        *("geo", "im", "irc", "ircs", "magnet", "matrix", "news", "nntp", "bitcoin", "openpgp4fpr"),
        *("ssh", "telnet", "ldap", "ldaps", "smb", "nfs", "afp", "gopher", "feed", "webcal"),
        *("wtai", "search-ms"),
    )
)
_TAKEN_FROM = (
    *("chrome", "edge", "microsoft-edge", "ms-", "moz-", "safari-", "opera", "brave", "devtools"),
    *("web+", "ext+", "itms", "x-apple", "android-"),
)


def read(text: str) -> tuple[str, ...]:
    """The schemes of a list with commas; ValueError, where one may not be allowed, says why."""
    schemes = tuple(part.strip() for part in text.split(",")) if text.strip() else ()
    for scheme in schemes:
        if not _SCHEME.fullmatch(scheme):
            raise ValueError("schemes in lower case, such as cursor, with commas between")
        if scheme in _TAKEN or scheme.startswith(_TAKEN_FROM):
            raise ValueError(f"schemes of applications: {scheme} is none")
    return tuple(dict.fromkeys(schemes))
