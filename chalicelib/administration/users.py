"""Users: making, changing, disabling, removing, and what they have given away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..authentication import password as passwords
from ..aws.table import AlreadyExists
from ..encoding import base62
from ..records.consent import Consent
from ..records.grant import Grant
from ..records.record import Value
from ..records.session import Session
from ..records.user import LoginName, Password, User, login_name_key, password_key, user_key
from ..services import Services
from . import Refused, directory

SUBJECT_LENGTH = 22


def create(
    username: str,
    password: str,
    claims: Mapping[str, Value],
    services: Services,
    cost: passwords.Cost = passwords.OWASP,
) -> User:
    """Make a user who can sign in. Refused when the name is taken or malformed."""
    name = passwords.normalize(username)
    if not name or len(username) > passwords.MOST_USERNAME or not username.isprintable():
        raise Refused("username: must be 1 to 256 printable characters")
    _check_password(password)
    user = User(
        user_id=services.random_text(9),
        subject=base62(services.token_bytes(18), SUBJECT_LENGTH),
        username=username.strip(),
        created_at=services.now(),
        claims=claims,
    )
    login = LoginName(name_hash=services.keyring.pseudonym("login", name), user_id=user.user_id)
    try:
        services.table.put_new(login)
    except AlreadyExists:
        raise Refused(f"user {username} exists already") from None
    directory.add("user", user.user_id, services)
    services.table.put(_password(user, password, services, cost))
    services.table.put_new(user)
    services.log.event("user.created", sub=user.subject)
    return user


def find(name: str, services: Services) -> User:
    """The user of a sign-in name, or of a subject; Refused when there is none."""
    name_hash = services.keyring.pseudonym("login", passwords.normalize(name))
    login = services.table.get(LoginName, login_name_key(name_hash))
    if login is not None:
        user = services.table.get(User, user_key(login.user_id))
        if user is not None:
            return user
    for user in list_all(services):
        if user.subject == name:
            return user
    raise Refused(f"there is no user {name}")


def list_all(services: Services) -> Iterator[User]:
    """Every user."""
    for user_id in directory.names("user", services):
        user = services.table.get(User, user_key(user_id))
        if user is not None:
            yield user


def update(
    user: User,
    services: Services,
    *,
    password: str | None = None,
    claims: Mapping[str, Value] | None = None,
    disabled: bool | None = None,
) -> User:
    """Change a user. A new password and disabling end every session and grant."""
    after = user
    if claims is not None:
        after = replace(after, claims=claims)
    if disabled is not None:
        after = replace(after, disabled=disabled)
    if password is not None or disabled:
        after = replace(after, not_before=services.now())
    if password is not None:
        _check_password(password)
        services.table.put(_password(user, password, services, passwords.OWASP))
    services.table.put(after)
    services.log.event("user.disabled" if disabled else "user.updated", sub=user.subject)
    return after


def delete(user: User, services: Services) -> None:
    """Remove a user and everything under them. The user item goes first: nothing counts then."""
    services.table.delete(user.key)
    partition = user.key.pk
    for kind, prefix in ((Grant, "G#"), (Session, "S#"), (Consent, "C#")):
        for record in services.table.query(kind, partition, prefix):
            services.table.delete(record.key)
    services.table.delete(password_key(user.user_id))
    name_hash = services.keyring.pseudonym("login", passwords.normalize(user.username))
    services.table.delete(login_name_key(name_hash))
    directory.remove("user", user.user_id, services)
    services.log.event("user.deleted", sub=user.subject)


def grants_of(user: User, services: Services) -> Iterator[Grant]:
    """The user's grants that have not expired."""
    return services.table.query(Grant, user.key.pk, "G#")


def consents_of(user: User, services: Services) -> Iterator[Consent]:
    """What the user has agreed to."""
    return services.table.query(Consent, user.key.pk, "C#")


def sessions_of(user: User, services: Services) -> Iterator[Session]:
    """The user's browser sessions."""
    return services.table.query(Session, user.key.pk, "S#")


def _check_password(password: str) -> None:
    if not len(password) >= 8 or len(password.encode()) > passwords.MOST_PASSWORD:
        raise Refused("password: must be at least 8 characters and at most 1024 bytes long")


def _password(user: User, password: str, services: Services, cost: passwords.Cost) -> Password:
    return Password(
        user_id=user.user_id,
        phc=passwords.hash_password(password, cost),
        changed_at=services.now(),
    )
