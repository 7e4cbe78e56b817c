"""Every page on the smallest screens and under every colour scheme."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.chromium import Person, authorize_url
from tests.real import People
from tests.receiver import Receiver
from tests.running import Running

pytestmark = pytest.mark.browser

SMALL = {"width": 320, "height": 640}
LONG = "Incomprehensibilities" * 9
# What sticks out of the page, and what a finger would miss (WCAG 2.2: 1.4.10 and 2.5.8).
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """() => [...document.querySelectorAll("main :is(button, a, input:not([type=hidden]))")]
  .filter(one => !one.closest("p, dd, dl"))
  .map(one => (one.closest("label") ?? one).getBoundingClientRect())
  .filter(box => box.width && (box.width < 24 || box.height < 24)).length"""


def check(page: Page) -> None:
    """Nothing sticks out sideways, and everything can be pressed."""
    page.wait_for_load_state()  # with its style sheet
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(TOO_SMALL) == 0


@pytest.fixture
def reader(people: People) -> Person:
    """Someone with a very small screen."""
    return people(viewport=SMALL)


def test_sign_in_and_consent_fit(running: Running, reader: Person, receiver: Receiver) -> None:
    """Sign-in, its error, and consent, for an app whose name has no place to break."""
    name = LONG[:180]
    resource = running.resource(name=name, scopes={"r" * 100: name})
    client = running.client(
        redirect_uris=[receiver.redirect_uri],
        client_name=name,
        client_uri="https://" + "a" * 60 + ".example.com/",
        contacts=["someone@" + "b" * 60 + ".example.com"],
        allowed_resources=[resource],
    )
    scope = "openid " + "r" * 100
    url = authorize_url(running.url, client, receiver.redirect_uri, scope=scope)
    check(reader.open(url))
    reader.sign_in("nobody@example.com", "wrong password")
    reader.page.wait_for_selector("#error")
    check(reader.page)
    reader.sign_in(running.user())
    reader.page.wait_for_selector("#consent")
    check(reader.page)


@pytest.mark.parametrize("path", ["/authorize", "/errors/invalid_grant", "/demo", "/demo/nothing"])
def test_page_fits(running: Running, reader: Person, path: str) -> None:
    """The error page, the reference and the demo's pages."""
    check(reader.open(running.url + path))


def test_demo_walk_fits(running: Running, reader: Person) -> None:
    """The demo's request, answer and tokens, with all their long lines."""
    page = reader.open(f"{running.url}/demo")
    page.click("#start")
    page.wait_for_selector("#sign-in")
    check(page)
    page.click("#sign-in")
    reader.sign_in(running.user())
    reader.allow()
    page.click("#exchange")
    page.wait_for_selector("#access_token")
    check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(
    running: Running, people: People, receiver: Receiver, scheme: str
) -> None:
    """Text stands out from its ground by 4.5 to 1 (WCAG 2.2, 1.4.3) on sign-in and consent."""
    person = people(color_scheme=scheme)
    client = running.client(
        redirect_uris=[receiver.redirect_uri], token_endpoint_auth_method="none"
    )
    person.open(authorize_url(running.url, client, receiver.redirect_uri, scope="openid read"))
    person.sign_in("nobody@example.com", "wrong password")
    person.page.wait_for_selector("#error")
    assert person.page.evaluate(FAINT) == []
    person.sign_in(running.user())
    person.page.wait_for_selector("#consent")
    assert person.page.evaluate(FAINT) == []


FAINT = """() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => [red, green, blue]
    .map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = one => {
    for (; one; one = one.parentElement) {
      const colour = numbers(getComputedStyle(one).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const one = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || one.closest("style, script")) continue;
    const pair = [numbers(getComputedStyle(one).color), ground(one)].map(light);
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) faint.push([words.currentNode.data.trim(), ratio]);
  }
  return faint;
}"""
