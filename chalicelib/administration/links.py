"""Links: who a user of a trusted issuer is here. OpenID Connect Core section 5.7."""

from __future__ import annotations

from collections.abc import Iterator

from .. import subject_links
from ..records.subject_link import LinkOfUser
from ..records.user import User
from ..services import Services
from . import Refused, trusted_issuers


def link(user: User, issuer: str, subject: str, services: Services) -> LinkOfUser:
    """Say that this is the user whom a trusted issuer means. Refused."""
    trusted_issuers.get(issuer, services)
    if not subject_links.is_subject(subject):
        raise Refused(f"sub: must be 1 to {subject_links.MOST_SUBJECT} characters of ASCII")
    linked = subject_links.link(issuer, subject, user, "operator", services)
    known_as = LinkOfUser(user_id=user.user_id, issuer=issuer, subject=subject)
    if linked is None or linked.user_id != user.user_id:
        services.table.delete(known_as.key)
        raise Refused(f"{subject} of {issuer} is another user already; unlink that one first")
    services.log.event("user.linked", sub=user.subject, issuer=issuer, by="operator")
    return known_as


def unlink(user: User, issuer: str, subject: str, services: Services) -> None:
    """Take that back. Refused. What was issued by then stays; `grant revoke` ends it."""
    known = LinkOfUser(user_id=user.user_id, issuer=issuer, subject=subject)
    if known not in tuple(of_user(user, services)):
        raise Refused(f"{user.username} is not {subject} of {issuer}")
    subject_links.unlink(known, services)
    services.log.event("user.unlinked", sub=user.subject, issuer=issuer)


def of_user(user: User, services: Services) -> Iterator[LinkOfUser]:
    """Whom trusted issuers know the user as."""
    for known in subject_links.of_user(user.user_id, services):
        link = subject_links.get(known.issuer, known.subject, services)
        if link is not None and link.user_id == user.user_id:
            yield known
