"""Passwords: Argon2id. RFC 9106; parameters after the OWASP Password Storage Cheat Sheet."""

from __future__ import annotations

import os
import unicodedata

from ..records.user import LoginName, Password, User, login_name_key, password_key, user_key
from ..services import Services
from ..values import Frozen

MOST_USERNAME = 256  # characters
MOST_PASSWORD = 1024  # bytes


class Cost(Frozen):
    """What one hash costs: memory in KiB, passes over it, lanes."""

    memory: int
    iterations: int
    lanes: int


OWASP = Cost(memory=19 * 1024, iterations=2, lanes=1)

# The hash of no password: checked when the user is unknown, so that the answer takes as long.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43


def normalize(username: str) -> str:
    """One spelling for every way to write a name (NFKC, case folded, no outer blanks)."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def hash_password(password: str, cost: Cost = OWASP) -> str:
    """The PHC string to store."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(
        salt=os.urandom(16),
        length=32,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory,
    ).derive_phc_encoded(password.encode())


def is_password_of(phc: str, password: str) -> bool:
    """Whether the PHC string was made of this password."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        Argon2id.verify_phc_encoded(password.encode(), phc)
    except InvalidKey:
        return False
    return True


def check(username: str, password: str, services: Services) -> User | None:
    """The user of this name and password, or None: unknown, disabled and wrong look the same."""
    if len(password.encode(errors="replace")) > MOST_PASSWORD:
        password = ""
    name_hash = services.keyring.pseudonym("login", normalize(username))
    login = services.table.get(LoginName, login_name_key(name_hash))
    user: User | None = None
    stored: Password | None = None
    if login is not None:
        user, stored = services.table.get_all(
            (User, user_key(login.user_id)), (Password, password_key(login.user_id))
        )
    right = is_password_of(stored.phc if stored else _NOBODY, password)
    known = user is not None and stored is not None and not user.disabled
    return user if right and known else None
