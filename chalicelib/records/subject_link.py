"""Who a user of another issuer is here. OpenID Connect Core section 5.7: only iss and sub tell."""

from typing import Annotated, ClassVar

from ..encoding import base64url, sha256
from .record import Key, Record
from .trusted_issuer import trusted_issuer_partition


class SubjectLink(Record, kw_only=True):
    """The user of an issuer's subject. by: `operator`, `email` or `create`: how it came about."""

    TYPE: ClassVar[str] = "subject link"

    issuer: Annotated[str, "iu"]
    subject: Annotated[str, "sb"]
    user_id: Annotated[str, "u"]
    created_at: Annotated[int, "i"]
    by: Annotated[str, "hw"]

    @property
    def key(self) -> Key:
        return subject_link_key(self.issuer, self.subject)


class LinkOfUser(Record, kw_only=True):
    """The same from the user's side, so that it goes with them. Written before, removed after."""

    TYPE: ClassVar[str] = "link of user"

    user_id: Annotated[str, "u"]
    issuer: Annotated[str, "iu"]
    subject: Annotated[str, "sb"]

    @property
    def key(self) -> Key:
        named = base64url(sha256(f"{self.issuer}\0{self.subject}"))
        return Key(f"U#{self.user_id}", f"T#{named}")


def subject_link_key(issuer: str, subject: str) -> Key:
    """The key of a link; hashed, because strangers choose the subject."""
    return Key(trusted_issuer_partition(issuer), f"S#{base64url(sha256(subject))}")
