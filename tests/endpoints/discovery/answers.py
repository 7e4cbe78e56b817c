"""How an answer of /authorize travels, and what is always in it."""

from __future__ import annotations

from chalicelib.administration import clients
from tests.browser import Browser
from tests.endpoints.discovery.asking import answer, not_registered, others, signed_in
from tests.endpoints.discovery.claims import ALGORITHMS
from tests.reply import claims, header
from tests.world import REDIRECT, World

# Multiple Response Types 1.0, Form Post, JARM, and a draft that some servers have.
RESPONSE_MODES = (
    *("query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"),
    *("web_message", "direct_post", "direct_post.jwt", "QUERY"),
)


def response_modes(world: World, value: list[str]) -> None:
    """The code and the error arrive by each of them; without one, by the query."""
    browser = signed_in(world)
    assert answer(world, browser, response_mode=None)["code"]
    for mode in value:
        if mode == "query":
            assert answer(world, browser, response_mode=mode)["code"]
            assert answer(world, browser, response_mode=mode, scope="unknown")["error"]
            continue
        if mode.endswith("jwt"):
            _signed(world, browser, mode)
            continue
        assert mode == "form_post"
        for changes, member in (({}, "code"), ({"scope": "unknown"}, "error")):
            browser.open(world.authorize_url(response_mode=mode, **changes))
            form = browser.page.forms["form-post"]
            assert (form.action, form.method) == (REDIRECT, "post")
            assert member in dict(form.fields)
    for mode in others(RESPONSE_MODES, value):
        refused = answer(world, browser, response_mode=mode)
        assert refused["error"] == "invalid_request"
        assert refused["error_description"].endswith(f"one of {', '.join(value)}.")


def _signed(world: World, browser: Browser, mode: str) -> None:
    """JARM section 2.3: one member, by the query or by a form, for the code and for the error."""
    for changes, member in (({}, "code"), ({"scope": "unknown"}, "error")):
        browser.open(world.authorize_url(response_mode=mode, **changes))
        if mode == "form_post.jwt":
            browser.submit("form-post")
        assert browser.arrived is not None
        assert browser.arrived.keys() == {"response"}
        assert member in claims(browser.arrived["response"])


def algorithms(world: World, value: list[str]) -> None:
    """JARM section 3: each can be registered and signs; `none` and others cannot."""
    browser = signed_in(world)
    for alg in value:
        clients.update("demoweb", {"authorization_signed_response_alg": alg}, world.services)
        world.restart()
        browser.open(world.authorize_url(response_mode="jwt"))
        assert browser.arrived is not None
        assert header(browser.arrived["response"])["alg"] == alg
    for alg in others(ALGORITHMS, value):
        with not_registered("authorization_signed_response_alg"):
            clients.update("demoweb", {"authorization_signed_response_alg": alg}, world.services)


def issuer_in_answers(world: World, value: bool) -> None:
    """RFC 9207 section 2: in every answer, also in errors."""
    assert value is True
    browser = signed_in(world)
    assert answer(world, browser)["iss"] == world.issuer
    assert answer(world, browser, scope="unknown")["iss"] == world.issuer
    assert answer(world, prompt="none")["iss"] == world.issuer


PROVERS = {
    "response_modes_supported": response_modes,
    "authorization_signing_alg_values_supported": algorithms,
    "authorization_response_iss_parameter_supported": issuer_in_answers,
}
