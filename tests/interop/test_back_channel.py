"""A logout token on its way: `make run`'s queue, its delivery, and a verifier of somebody else."""

from __future__ import annotations

import time

import jwt
import pytest

from tests.chromium import Person, authorize_url
from tests.flows.logouts import listening
from tests.receiver import Receiver
from tests.running import Running

pytestmark = pytest.mark.browser

EVENT = "http://schemas.openid.net/event/backchannel-logout"
SECONDS = 30


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_a_client_hears_of_a_logout(
    running: Running, person: Person, receiver: Receiver, alg: str
) -> None:
    """Within moments, at its own address; PyJWT verifies it by the published keys."""
    with listening() as listener:
        client_id = running.client(
            redirect_uris=[receiver.redirect_uri],
            backchannel_logout_uri=listener.url,
            backchannel_logout_session_required=True,
            id_token_signed_response_alg=alg,
            first_party=True,
        )
        uri = receiver.redirect_uri
        person.open(authorize_url(running.url, client_id, uri, scope="openid read"))
        person.sign_in(running.user())
        person.arrive(uri)
        page = person.open(f"{running.url}/logout")
        page.click("#logout #submit")
        page.wait_for_selector("text=You are signed out")
        limit = time.monotonic() + SECONDS
        while not listener.calls and time.monotonic() < limit:
            time.sleep(0.1)
        (token,) = listener.tokens
    key = jwt.PyJWKClient(f"{running.url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    assert jwt.get_unverified_header(token)["alg"] == alg
    told = jwt.decode(token, key, audience=client_id, issuer=running.url, algorithms=[alg])
    assert told["events"] == {EVENT: {}}
