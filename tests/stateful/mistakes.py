"""Tokens of one type are presented as every other; each is refused, and nothing is written."""

from __future__ import annotations

from tests.stateful.actors import Cast
from tests.stateful.model import Grant
from tests.world import VERIFIER


def present(cast: Cast, grant: Grant, kind: str, text: str) -> None:
    """Present a token as what it is not. kind: "code", "refresh", "access" or "id" token."""
    client = cast.model.now_is(grant.client_id)
    proved = {app.proves(client.secret, cast.now) for app in cast.possible(client.client_id)}
    forms = []
    if kind != "refresh":
        forms.append({"grant_type": "refresh_token", "refresh_token": text})
    if kind != "code":
        proofs = {"code_verifier": VERIFIER, "redirect_uri": grant.redirect}
        forms.append({"grant_type": "authorization_code", "code": text, **proofs})
    for form in forms:
        with cast.touching():
            reply = cast.post("/token", client.client_id, client.secret, **form)
        assert reply.json["error"] in ("invalid_grant", "invalid_client")
        assert (reply.json["error"] == "invalid_grant") in proved
    if kind != "access":
        with cast.touching():
            reply = cast.userinfo(text)
        assert (reply.status, reply.json["error"]) == (401, "invalid_token")
    if kind == "id":
        _is_nothing(cast, text)


def _is_nothing(cast: Cast, text: str) -> None:
    """Introspection and revocation do not know an ID token."""
    seer = cast.model.now_is("thirdweb")
    for path in ("/introspect", "/revoke"):
        with cast.touching():
            reply = cast.post(path, seer.client_id, seer.secret, token=text)
        assert reply.status == 401 or reply.text in ("{}", '{"active":false}'), reply.text
