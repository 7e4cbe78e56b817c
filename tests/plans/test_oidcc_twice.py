"""The plans basic and form-post basic: modules that ask twice, of one user in one browser."""

from __future__ import annotations

import pytest

from tests.plans.oidcc import CALLBACK, MODES, Module
from tests.plans.oidcc_conditions import token_answer, token_error
from tests.reply import claims

pytestmark = pytest.mark.parametrize("mode", MODES)


def is_asked(module: Module) -> bool:
    """Whether the user is asked for the password."""
    return module.browser.arrived is None and "sign-in" in module.browser.page.forms


def test_prompt_login(module: Module) -> None:
    """`oidcc-prompt-login`: the same user, asked again, with another `auth_time`."""
    first = claims(module.whole()["id_token"])
    module.world.clock.forward(1)
    module.visit(module.request(prompt="login"))
    assert is_asked(module)
    second = claims(module.tokens(module.answer()["code"])["id_token"])
    assert second["auth_time"] > first["auth_time"]
    assert second["sub"] == first["sub"]


@pytest.mark.parametrize("consented", [False, True])
def test_prompt_none_not_logged_in(module: Module, consented: bool) -> None:
    """`oidcc-prompt-none-not-logged-in`: also of a user who has agreed before, elsewhere."""
    if consented:
        module.whole()
        module.browser = module.world.browser()
    module.visit(module.request(prompt="none"))
    error = module.refused()
    assert error in ("login_required", "interaction_required")


@pytest.mark.parametrize("hinted", [False, True])
def test_prompt_none_logged_in(module: Module, hinted: bool) -> None:
    """`oidcc-prompt-none-logged-in`, `oidcc-id-token-hint`: no page, the same sign-in."""
    first = module.whole()
    module.world.clock.forward(1)
    hint = first["id_token"] if hinted else None
    module.visit(module.request(prompt="none", id_token_hint=hint))
    assert not is_asked(module)
    second = module.tokens(module.answer()["code"])
    known, told = claims(first["id_token"]), claims(second["id_token"])
    assert (told["auth_time"], told["sub"]) == (known["auth_time"], known["sub"])
    assert told["iat"] > known["iat"]


def test_max_age_1(module: Module) -> None:
    """`oidcc-max-age-1`: after two seconds the user is asked, and `auth_time` tells it."""
    first = claims(module.whole()["id_token"])
    module.world.clock.forward(2)
    module.visit(module.request(max_age="1"))
    assert is_asked(module)
    second = claims(module.tokens(module.answer()["code"])["id_token"])
    assert second["auth_time"] > first["auth_time"]
    assert second["auth_time"] == module.world.clock()


def test_max_age_10000(module: Module) -> None:
    """`oidcc-max-age-10000`: nobody is asked, and `auth_time` stays to the second."""
    first = claims(module.whole(max_age="15000")["id_token"])
    module.world.clock.forward(1)
    module.visit(module.request(max_age="10000"))
    assert not is_asked(module)
    second = claims(module.tokens(module.answer()["code"])["id_token"])
    assert second["auth_time"] == first["auth_time"]


@pytest.mark.parametrize("later", [0, 30], ids=["at-once", "30seconds"])
def test_code_reuse(module: Module, later: int) -> None:
    """`oidcc-codereuse`, `-30seconds`: refused, and the token is dead (a warning otherwise)."""
    came = module.sign_in()
    token = module.tokens(came["code"])["access_token"]
    assert module.userinfo(token).status == 200
    module.world.clock.forward(later)
    assert token_error(module.redeem(came["code"])) == "invalid_grant"
    assert module.userinfo(token).status == 401


def test_refresh_token(module: Module) -> None:
    """`oidcc-refresh-token`: with offline_access and consent; a refresh with the same scope."""
    for each in (module, module.another("suite-2", CALLBACK)):
        each.scope = "openid offline_access"
        tokens = each.tokens(each.sign_in(prompt="consent")["code"])
        each.world.clock.forward(1)
        scope = {"scope": each.scope} if each is module else {}
        fresh = token_answer(
            each.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], **scope)
        )
        assert fresh["access_token"] != tokens["access_token"]
        assert len(fresh["refresh_token"]) >= 22
        assert each.userinfo(fresh["access_token"]).status == 200
    foreign = {"refresh_token": fresh["refresh_token"], "scope": module.scope}
    assert token_error(module.token(grant_type="refresh_token", **foreign)) == "invalid_grant"


def test_refresh_token_without_offline_access(module: Module) -> None:
    """The same module of a provider that is asked for `openid` alone."""
    tokens = module.tokens(module.sign_in()["code"])
    form = {"refresh_token": tokens["refresh_token"], "scope": "openid"}
    fresh = token_answer(module.token(grant_type="refresh_token", **form))
    assert module.userinfo(fresh["access_token"]).status == 200
