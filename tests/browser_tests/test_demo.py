"""The demo client of `make run`, walked from end to end as its first visitor does."""

from __future__ import annotations

import pytest

from tests.real import People
from tests.running import Running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("client", ["demoweb", "demospa"])
def test_the_whole_walk(running: Running, people: People, client: str, scripts: bool) -> None:
    """Sign-in, consent, tokens, refresh, introspection and revocation, with and without scripts."""
    person = people(java_script_enabled=scripts)
    page = person.open(f"{running.url}/demo")
    page.check(f"input[value={client}]")
    page.click("#start")
    page.click("#sign-in")
    person.sign_in(running.user())
    person.allow()
    page.click("#exchange")
    assert page.locator("#access_token .yes").count() == 1
    assert page.locator("#id_token .no").count() == 0
    assert page.locator("#id_token .yes").count() == 4
    page.click("#refresh")
    assert page.locator("#last .status.yes").text_content() == "200"
    page.click("#introspect")
    active = "true" if client == "demoweb" else "unauthorized_client"
    assert active in (page.locator("#last").text_content() or "")
    page.click("#revoke")
    assert page.locator("#last .status.yes").text_content() == "200"
    page.click("#refresh")
    assert "invalid_grant" in (page.locator("#last").text_content() or "")


def test_demo_shows_that_the_user_said_no(running: Running, people: People) -> None:
    """After Deny the demo names the error, and its reference page opens."""
    person = people()
    page = person.open(f"{running.url}/demo")
    page.click("#start")
    page.click("#sign-in")
    person.sign_in(running.user())
    person.deny()
    page.wait_for_url("**/demo/callback?*")
    assert page.locator("h1").text_content() == "The server said no"
    page.click("#answer a")
    assert page.url == f"{running.url}/errors/access_denied"
