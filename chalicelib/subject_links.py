"""Who the user of an assertion is here. OpenID Connect Core section 5.7, docs/decisions/0040.

     linked before ─► that user
     else, users = email ─► who signs in by the address, where both sides call it verified
     else, users = create ─► a new user, whom nobody but this issuer can speak for

Found with reads only; what has to be written is written once the rest of the request was proved,
and is the same however often it is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from .authentication import password as passwords
from .aws.client import ConditionFailed
from .encoding import base62
from .errors import InvalidGrant, TemporarilyUnavailable
from .protocol import id_jag
from .protocol.id_jag import Assertion
from .records.directory_entry import DirectoryEntry
from .records.record import Value
from .records.subject_link import LinkOfUser, SubjectLink, subject_link_key
from .records.trusted_issuer import TrustedIssuer, trusted_issuer_partition
from .records.user import LoginName, User, login_name_key, user_key
from .services import Services
from .values import Frozen

SUBJECT_LENGTH = 22
MOST_SUBJECT = id_jag.MOST_NAME

_ADDRESS = re.compile(r"[\x21-\x3f\x41-\x7e]{1,64}@([A-Za-z0-9.-]{1,253})", re.ASCII)


class Found(Frozen):
    """The user of an assertion; None where one is to be made. linked: nothing is to be written."""

    user: User | None
    linked: bool


def find(issuer: TrustedIssuer, assertion: Assertion, services: Services) -> Found:
    """The user whom an issuer means, by its policy; InvalidGrant where there is none."""
    link = get(issuer.issuer, assertion.subject, services)
    if link is not None:
        user = services.table.get(User, user_key(link.user_id))
        if user is None:
            raise InvalidGrant("The user of the assertion is not known here.", detail="was deleted")
        return Found(user, linked=True)
    if issuer.users == "email":
        user = _by_address(issuer, assertion, services)
        if user is not None:
            return Found(user, linked=False)
    if issuer.users == "create":
        return Found(None, linked=False)
    raise InvalidGrant("The user of the assertion is not known here.", detail="not linked")


def settle(found: Found, issuer: TrustedIssuer, assertion: Assertion, services: Services) -> User:
    """The user, linked from now on, and made where that is to be. InvalidGrant.

    Of two requests at once the first has its way, and both go on with its user.
    """
    if found.linked and found.user is not None:
        return found.user
    user = found.user or _make(issuer, assertion, services)
    by = "create" if found.user is None else "email"
    winner = link(issuer.issuer, assertion.subject, user, by, services)
    if winner is not None and winner.user_id == user.user_id:
        if found.user is None:
            services.log.event("user.created", sub=user.subject, issuer=issuer.issuer)
        services.log.event("user.linked", sub=user.subject, issuer=issuer.issuer, by=by)
        return user
    services.table.delete(
        LinkOfUser(user_id=user.user_id, issuer=issuer.issuer, subject=assertion.subject).key
    )
    if found.user is None:
        _unmake(user, services)
    if winner is None:
        raise TemporarilyUnavailable(detail="the link was taken back meanwhile")
    other = services.table.get(User, user_key(winner.user_id))
    if other is None:
        raise InvalidGrant("The user of the assertion is not known here.", detail="was deleted")
    return other


def is_subject(text: str) -> bool:
    """Whether this can be the sub of a user (OpenID Connect Core section 2)."""
    return 1 <= len(text) <= MOST_SUBJECT and text.isascii() and text.isprintable()


def get(issuer: str, subject: str, services: Services) -> SubjectLink | None:
    """The link of an issuer's subject, if there is one."""
    return services.table.get(SubjectLink, subject_link_key(issuer, subject))


def of_user(user_id: str, services: Services) -> Iterator[LinkOfUser]:
    """Whom a user is known as elsewhere; a link that was not finished may be among them."""
    return services.table.query(LinkOfUser, user_key(user_id).pk, "T#")


def link(issuer: str, subject: str, user: User, by: str, services: Services) -> SubjectLink | None:
    """Link a subject to a user, where it is not linked; the link that there is then.

    None where another one was there, and was taken back just now.
    """
    services.table.put(LinkOfUser(user_id=user.user_id, issuer=issuer, subject=subject))
    made = SubjectLink(
        issuer=issuer,
        subject=subject,
        user_id=user.user_id,
        created_at=services.now(),
        by=by,
    )
    return made if services.table.put_first(made) else get(issuer, subject, services)


def unlink(of: LinkOfUser, services: Services) -> None:
    """Remove a link of a user; one of the same subject to another user stays."""
    with suppress(ConditionFailed):
        services.table.delete_when(
            subject_link_key(of.issuer, of.subject), when="u = :user", given={"user": of.user_id}
        )
    services.table.delete(of.key)


def forget_issuer(issuer: str, services: Services) -> None:
    """Remove every link of an issuer."""
    for found in services.table.query(SubjectLink, trusted_issuer_partition(issuer), "S#"):
        of = LinkOfUser(user_id=found.user_id, issuer=issuer, subject=found.subject)
        unlink(of, services)


def _by_address(issuer: TrustedIssuer, assertion: Assertion, services: Services) -> User | None:
    """Who signs in by the address of an assertion, and whose own it was seen to be."""
    address = _believed(issuer, assertion)
    if address is None:
        return None
    name = passwords.normalize(address)
    name_hash = services.keyring.pseudonym("login", name)
    login = services.table.get(LoginName, login_name_key(name_hash))
    user = services.table.get(User, user_key(login.user_id)) if login else None
    if user is None or user.claims.get("email_verified") is not True:
        return None
    own = user.claims.get("email")
    return user if isinstance(own, str) and passwords.normalize(own) == name else None


def _believed(issuer: TrustedIssuer, assertion: Assertion) -> str | None:
    """The address of an assertion, where its issuer is believed about the domain.

    ASCII only: other spellings could be made to look like the address of another.
    """
    match = _ADDRESS.fullmatch(assertion.email or "")
    if match is None or match[1].lower() not in issuer.email_domains:
        return None
    return assertion.email


def _make(issuer: TrustedIssuer, assertion: Assertion, services: Services) -> User:
    """A user without a password; the name is random, so that it is nobody else's."""
    subject = base62(services.token_bytes(18), SUBJECT_LENGTH)
    address = _believed(issuer, assertion)
    claims: dict[str, Value] = {"email": address, "email_verified": True} if address else {}
    user = User(
        user_id=services.random_text(9),
        subject=subject,
        username=subject,
        created_at=services.now(),
        claims=claims,
    )
    services.table.put(_login_name(user, services))
    services.table.put(_entry(user))
    services.table.put(user)
    return user


def _unmake(user: User, services: Services) -> None:
    services.table.delete(user.key)
    services.table.delete(_entry(user).key)
    services.table.delete(_login_name(user, services).key)


def _login_name(user: User, services: Services) -> LoginName:
    name_hash = services.keyring.pseudonym("login", passwords.normalize(user.username))
    return LoginName(name_hash=name_hash, user_id=user.user_id)


def _entry(user: User) -> DirectoryEntry:
    return DirectoryEntry(directory="user", name=user.user_id)
