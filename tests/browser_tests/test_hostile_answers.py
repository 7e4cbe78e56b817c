"""What a real browser makes of a form post whose state would like to be more than text."""

from __future__ import annotations

import pytest

from tests.chromium import Person, authorize_url
from tests.receiver import Receiver
from tests.running import Running

pytestmark = pytest.mark.browser

STATES = {
    "the end of the form": '"></form><form action="https://evil.example"><button id=submit>',
    "a script": "\"'><script>document.title='owned'</script>&lt;&amp;&#34;&quot;",
    "other scripts": "日本語 \u202eabc \U0001f600 a+b%20&code=stolen",
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_hostile_state_arrives_as_it_was_sent(
    running: Running, person: Person, receiver: Receiver, state: str
) -> None:
    """By itself, to the client and nowhere else; nobody is signed in, so it is an error."""
    client = running.client(redirect_uris=[receiver.redirect_uri])
    changes = {"response_mode": "form_post", "prompt": "none", "state": state}
    person.open(authorize_url(running.url, client, receiver.redirect_uri, **changes))
    person.arrive(receiver.redirect_uri)
    assert [call.method for call in receiver.calls] == ["POST"]
    assert receiver.answer["state"] == state
    assert receiver.answer["error"] == "login_required"
    assert set(receiver.answer) == {"error", "error_description", "error_uri", "state", "iss"}
