"""Users: making, changing, disabling, removing, and what they have given away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from .. import signing_out, subject_links, token_status
from ..authentication import password as passwords
from ..aws import grants as stored_grants
from ..aws.table import AlreadyExists, Gone
from ..encoding import base62
from ..records.consent import Consent
from ..records.grant import Grant
from ..records.record import Value
from ..records.session import Session
from ..records.user import LoginName, Password, User, login_name_key, password_key, user_key
from ..services import Services
from ..values import replace
from . import Refused, directory, resources

SUBJECT_LENGTH = 22
ENDED_AT_ONCE = 100  # grants, before their lists are told


def create(
    username: str,
    password: str,
    claims: Mapping[str, Value],
    services: Services,
    cost: passwords.Cost = passwords.OWASP,
    roles: tuple[str, ...] = (),
) -> User:
    """Make a user who can sign in. Refused when the name is taken or malformed."""
    name = _name(username)
    _check_password(password)
    user = User(
        user_id=services.random_text(9),
        subject=base62(services.token_bytes(18), SUBJECT_LENGTH),
        username=name,
        created_at=services.now(),
        claims=claims,
        roles=roles,
    )
    _take_name(user, services)
    directory.add("user", user.user_id, services)
    services.table.put(_password(user, password, services, cost))
    services.table.put_new(user)
    services.log.event("user.created", sub=user.subject, roles=" ".join(roles) or None)
    return user


def find(name: str, services: Services) -> User:
    """The user of a sign-in name, or of a subject; Refused when there is none."""
    login = _login(name, services)
    if login is not None:
        user = services.table.get(User, user_key(login.user_id))
        if user is not None:
            return user
        raise Refused(f"there is no user {name}; `user delete` frees the name for another")
    if len(name) == SUBJECT_LENGTH and name.isascii() and name.isalnum():
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
    username: str | None = None,
    password: str | None = None,
    claims: Mapping[str, Value] | None = None,
    disabled: bool | None = None,
    roles: tuple[str, ...] | None = None,
    cost: passwords.Cost = passwords.OWASP,
) -> User:
    """Change a user; Refused. A new password and disabling end every session and grant."""
    after = user
    if username is not None:
        after = replace(after, username=_name(username))
    if claims is not None:
        after = replace(after, claims=claims)
    if disabled is not None:
        after = replace(after, disabled=disabled)
    if roles is not None:
        after = replace(after, roles=roles)
    if password is not None:
        _check_password(password)
    old, new = (_name_hash(name, services) for name in (user.username, after.username))
    if new != old:
        _take_name(after, services)
    if password is not None:
        services.table.put(_password(user, password, services, cost))
    # There is a name to sign in by at every moment, and running it again finishes.
    if new != old:
        services.table.delete(login_name_key(old))
    # After the password was written: until then somebody may have signed in by the old one.
    if password is not None or disabled:
        after = _end(user, after, services)
        _end_listed(after, services)
        _remove_sessions(after, services)
    else:
        _amend(user, after, services)
    verb = {True: "disabled", False: "enabled", None: "updated"}[disabled]
    changed = None if roles is None else " ".join(roles)
    services.log.event(f"user.{verb}", sub=user.subject, roles=changed)
    return after


def revoke(user: User, services: Services) -> User:
    """End every session and grant of a user: one write, whatever their number. Refused.

    Then the lists are told, and the clients that want to hear of it: where that fails on the way,
    running it again finishes.
    """
    after = _end(user, user, services)
    _end_listed(after, services)
    _remove_sessions(after, services)
    services.log.event("user.revoked", sub=user.subject)
    return after


def delete(name: str, services: Services) -> None:
    """Remove a user and everything under them; Refused when there is none.

    Disabled first: from then on nothing of theirs counts. The name goes last, so that running it
    again finds what a failure has left.
    """
    login = _login(name, services)
    user_id = login.user_id if login else find(name, services).user_id
    user = services.table.get(User, user_key(user_id))
    names = {login.name_hash} if login else set()
    if user is not None:
        _amend(user, replace(user, disabled=True), services)
        names.add(_name_hash(user.username, services))
        _end_listed(user, services)
        _remove_sessions(user, services)
    for known_as in subject_links.of_user(user_id, services):
        subject_links.unlink(known_as, services)
    partition = user_key(user_id).pk
    for kind, prefix in ((Grant, "G#"), (Session, "S#"), (Consent, "C#")):
        for record in services.table.query(kind, partition, prefix):
            services.table.delete(record.key)
    services.table.delete(password_key(user_id))
    services.table.delete(user_key(user_id))
    directory.remove("user", user_id, services)
    for name_hash in names:
        services.table.delete(login_name_key(name_hash))
    services.log.event("user.deleted", sub=user.subject if user else None)


def grants_of(user: User, services: Services) -> Iterator[Grant]:
    """The user's grants that have not expired."""
    return services.table.query(Grant, user.key.pk, "G#")


def consents_of(user: User, services: Services) -> Iterator[Consent]:
    """What the user has agreed to."""
    return services.table.query(Consent, user.key.pk, "C#")


def sessions_of(user: User, services: Services) -> Iterator[Session]:
    """The user's browser sessions."""
    return services.table.query(Session, user.key.pk, "S#")


def password_of(user: User, services: Services) -> Password | None:
    """The user's password, hashed."""
    return services.table.get(Password, password_key(user.user_id))


def _name(username: str) -> str:
    name = username.strip()
    short = 1 <= len(name) <= passwords.MOST_USERNAME
    if not short or not name.isprintable() or not passwords.normalize(name):
        raise Refused(f"username: must be 1 to {passwords.MOST_USERNAME} printable characters")
    return name


def _name_hash(username: str, services: Services) -> str:
    return services.keyring.pseudonym("login", passwords.normalize(username))


def _login(name: str, services: Services) -> LoginName | None:
    return services.table.get(LoginName, login_name_key(_name_hash(name, services)))


def _take_name(user: User, services: Services) -> None:
    """Taking it twice for the same user is no error."""
    name_hash = _name_hash(user.username, services)
    try:
        services.table.put_new(LoginName(name_hash=name_hash, user_id=user.user_id))
    except AlreadyExists:
        raise Refused(f"user {user.username} exists already") from None


def _end(before: User, after: User, services: Services) -> User:
    """Amend a user so that nothing issued until now counts."""
    after = replace(after, not_before=services.now())
    _amend(before, after, services)
    # The clock went on while the write was on its way, and so did the user's requests.
    landed_at = services.now()
    if landed_at == after.not_before:
        return after
    _amend(after, replace(after, not_before=landed_at), services)
    return replace(after, not_before=landed_at)


def _end_listed(user: User, services: Services) -> None:
    """End each grant whose tokens have a place in a token status list, or may get one just now.

    They are dead already, but the lists do not know yet: a write for each, and for each list with
    some of ENDED_AT_ONCE grants, so that no list waits for the last of many. A stage without lists
    has nothing to look through.
    """
    listed = any(resource.status_list for resource in resources.list_all(services))
    if not listed and not services.status_lists.are_used():
        return
    found = (
        grant for grant in grants_of(user, services) if token_status.may_be_listed(grant, services)
    )
    while some := tuple(islice(found, ENDED_AT_ONCE)):
        ended = [stored_grants.revoke(services.table, one.key, services.now()) for one in some]
        token_status.revoke_all(filter(None, ended), services)


def _remove_sessions(user: User, services: Services) -> None:
    """They are dead already; their clients may want to hear of it.

    Each goes as it is read, so running it again goes on where a failure has stopped it.
    """
    for session in sessions_of(user, services):
        signing_out.tell_and_remove(user, session, services)


def _amend(before: User, after: User, services: Services) -> None:
    try:
        services.table.amend(before, after)
    except Gone:
        raise Refused(f"there is no user {before.username}") from None


def _check_password(password: str) -> None:
    if not len(password) >= 8 or len(password.encode()) > passwords.MOST_PASSWORD:
        raise Refused("password: must be at least 8 characters and at most 1024 bytes long")


def _password(user: User, password: str, services: Services, cost: passwords.Cost) -> Password:
    return Password(
        user_id=user.user_id,
        phc=passwords.hash_password(password, cost),
        changed_at=services.now(),
    )
