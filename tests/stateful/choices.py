"""What the random story chooses from: moments, lengths, scopes, clients, wrong proofs."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.stateful.model import API, DAY, FILES, HOUR, ISSUER

MOMENTS = (1, 5, 30, 59, 60, 61)
LENGTHS = (599, 600, 601, HOUR, 2 * HOUR, 12 * HOUR, DAY, 29 * DAY, 30 * DAY, 31 * DAY)
LENGTHS += (200 * DAY, 366 * DAY)
PLAIN = ("read write", "read", "openid read write", "openid")
SCOPES = ("read list", "openid read list", "write", "list", "openid offline_access read")
SCOPES += ("admin", "read admin")
PICK = st.just(0) | st.integers(0, 3) | st.integers(0, 40)  # 0: the latest
CLIENTS = st.sampled_from(("demoweb", "thirdweb", "demospa"))
RESOURCES = st.sampled_from((None, None, API, FILES, FILES, ISSUER))
PERSON = st.integers(0, 1)
WRONG_PROOFS = ("verifier", "no verifier", "redirect", "no redirect", "client", "secret")
