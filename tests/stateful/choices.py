"""What the random story chooses from: moments, lengths, scopes, clients, wrong proofs."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from tests.stateful.model import API, DAY, FILES, HOUR, ISSUER

MOMENTS = (1, 5, 30, 59, 60, 61)
LENGTHS: tuple[int, ...] = (599, 600, 601, HOUR, 2 * HOUR, 12 * HOUR, DAY)
LENGTHS += (29 * DAY, 30 * DAY, 31 * DAY, 200 * DAY, 366 * DAY)
PLAIN = ("read write", "read", "openid read write", "openid", "openid email read")
SCOPES: tuple[str, ...] = (
    "read list",
    "openid profile read list",
    "write",
    "list",
    "openid offline_access read",
)
SCOPES += ("admin", "read admin", "email profile", "openid phone")
PICK = st.just(0) | st.integers(0, 3) | st.integers(0, 40)  # 0: the latest
CLIENTS = st.sampled_from(("demoweb", "thirdweb", "demospa", "pairweb"))
RESOURCES = st.sampled_from((None, None, API, FILES, FILES, ISSUER))
PERSON = st.integers(0, 1)
WRONG_PROOFS = ("verifier", "no verifier", "redirect", "no redirect", "client", "secret")

# A browser that keeps its cookies (by its number), a new one, or any session cookie there ever was.
PLACE = st.sampled_from((0, 0, 0, 1, 1, 2, "new", "cookie"))
PROMPTS: tuple[str | None, ...] = (
    None,
    None,
    None,
    "none",
    "login",
    "login",
    "consent",
    "select_account",
)
PROMPTS += ("select_account consent", "select_account login")
AGES = st.sampled_from(
    (None, None, None, "just enough", "just enough", "just over", "0", "an hour")
)
GOOD_HINTS = ("right", "right", "another user", "another client", "any", "oldest")
NO_HINTS = ("signature", "claims", "none", "access token", "code")
HINT = st.sampled_from((None,) * 7 + GOOD_HINTS + NO_HINTS)
MEANWHILE = ("disable", "password", "switch", "wait", "logout", "sign-in", "sign-in of another")
_BY_NAME: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {},
    {"userinfo": ("email", "nickname")},
    {"id_token": ("email", "name")},
    {"userinfo": ("phone_number",), "id_token": ("given_name", "email_verified")},
)
CLAIMS = st.sampled_from(_BY_NAME)
EVIL = "https://evil.example/"
GOOD_URIS = (None, "registered", "registered")
BAD_URIS = ("another's", "longer", "evil")
