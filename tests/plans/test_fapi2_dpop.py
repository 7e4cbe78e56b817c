"""DPoP proofs at the resource, at /par and at /token: dpop-negative-tests and their neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.encoding import base64url, sha256
from tests import dpop
from tests.client_signatures import number
from tests.dpop import LEFT_OUT, Prover
from tests.plans.fapi2 import Plan
from tests.plans.fapi2_client import Party, Variant
from tests.reply import Reply

HOUR = 3600
Make = Callable[[Party, str], str]


def at(party: Party, token: str, **changes: Any) -> str:
    """A proof for /userinfo."""
    return party.proof("/userinfo", "GET", party.world.issuer, token=token, **changes)


def made(**changes: Any) -> Make:
    """A good proof with other claims; LEFT_OUT leaves one out, and `header` changes the header."""
    return lambda party, token: at(party, token, **changes)


def late(seconds: int) -> Make:
    """One that was made so many seconds from now."""
    return lambda party, token: at(party, token, iat=party.world.clock() + seconds)


def url(make: Callable[[str], str]) -> Make:
    """One for another spelling of the URL, or for another URL."""
    return lambda party, token: at(party, token, htu=make(f"{party.world.issuer}/userinfo"))


def mutated(change: Callable[[list[str]], str]) -> Make:
    """A good one, changed after it was signed."""
    return lambda party, token: change(at(party, token).split("."))


def without_alg(parts: list[str]) -> str:
    """With another name for the alg."""
    head = base64url(b'{"typ":"dpop+jwt","alg2":"ES256"}')
    return ".".join((head, *parts[1:]))


def broken(parts: list[str]) -> str:
    """With another signature."""
    first = "B" if parts[2][0] == "A" else "A"
    return ".".join((*parts[:2], first + parts[2][1:]))


def private(party: Party, token: str) -> str:
    """With all of the key in its header."""
    key: Any = party.prover.private
    half = number(key.private_numbers().private_value, 32)
    return at(party, token, header={"jwk": {**party.prover.jwk, "d": half}})


def by_another(party: Party, token: str) -> str:
    """By another key, whose owner has got hold of the token."""
    return Party(party.world, party.variant, prover=Prover(owner="thief")).proof(
        "/userinfo", "GET", party.world.issuer, token=token
    )


def rs256(party: Party, token: str) -> str:
    """Signed as the profile forbids."""
    return Party(party.world, party.variant, prover=Prover("RS256")).proof(
        "/userinfo", "GET", party.world.issuer, token=token
    )


def other_token(party: Party, token: str) -> str:
    """For another token."""
    return at(party, token, ath=base64url(sha256(token + "x")))


REFUSED: dict[str, Make] = {
    "no JWT": mutated(lambda parts: ".".join(parts[:2])),
    "no typ": made(header={"typ": LEFT_OUT}),
    "another typ": made(header={"typ": "dpop+jwt+wrongyousee"}),
    "no alg": mutated(without_alg),
    "no jwk": made(header={"jwk": LEFT_OUT}),
    "a private jwk": private,
    **{f"no {name}": made(**{name: LEFT_OUT}) for name in ("jti", "htm", "htu", "iat", "ath")},
    "another ath": other_token,
    "alg none": made(header={"alg": "none", "jwk": LEFT_OUT}),
    "another signature": mutated(broken),
    "another method": made(htm="PUT"),
    "another URL": url(lambda url: f"{url}ohnonotagain"),
    "an hour ahead": late(HOUR),
    "an hour ago": late(-HOUR),
    "another key": by_another,
    "RS256": rs256,
}
TAKEN: dict[str, Make] = {
    "as it is": made(),
    "a query and a fragment": url(lambda url: f"{url}?allthedoors#programmed"),
    "capital letters": url(
        lambda url: url.replace("https://id.example.com", "HTTPS://ID.EXAMPLE.COM")
    ),
    "the port that goes without saying": url(lambda url: url.replace(".com", ".com:443")),
    "more than it must have": made(header={"tx_id": 1}, tx_id_key=1),
    "8 seconds ahead": late(8),
    "10 seconds ago": late(-10),
}


def opened(party: Party, token: str, *proofs: str, name: str = "DPoP") -> Reply:
    """The resource, with these proofs."""
    headers = [("Authorization", f"DPoP {token}"), *((name, proof) for proof in proofs)]
    return party.world.request("GET", "/userinfo", headers=headers)


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_proof_opens_nothing(plan: Plan, name: str) -> None:
    """With 401; and the token that came with it is still good with another one."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    assert opened(party, token, REFUSED[name](party, token)).status == 401
    assert opened(party, token, at(party, token)).status == 200


@pytest.mark.parametrize("name", TAKEN)
def test_a_good_proof_opens_it(plan: Plan, name: str) -> None:
    """However it is spelled."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    assert opened(party, token, TAKEN[name](party, token)).status == 200


def test_a_proof_has_its_life_in_it(plan: Plan) -> None:
    """check-dpop-proof-nbf-exp: at every endpoint."""
    party, _ = plan.pair()
    now = plan.world.clock()
    times = {"nbf": now, "exp": now + 60}
    request = party.request()
    form = party.known(request)
    pushed = party.once("/par", form, proof=True, **times)
    assert pushed.status == 201, pushed.text
    code = party.answer(party.go(party.url(request, pushed.json["request_uri"])))["code"]
    traded = party.once("/token", party.known(party.trading(code)), proof=True, **times)
    assert traded.status == 200, traded.text
    token = traded.json["access_token"]
    assert opened(party, token, at(party, token, **times)).status == 200


@pytest.mark.parametrize("seconds", [8, -10])
def test_a_clock_may_be_wrong_at_every_endpoint(plan: Plan, seconds: int) -> None:
    """ensure-dpopproof-with-iat-10seconds-after-succeeds, and -before-."""
    party, _ = plan.pair()
    iat = plan.world.clock() + seconds
    request = party.request()
    pushed = party.once("/par", party.known(request), proof=True, iat=iat)
    assert pushed.status == 201, pushed.text
    code = party.answer(party.go(party.url(request, pushed.json["request_uri"])))["code"]
    assert party.once("/token", party.known(party.trading(code)), proof=True, iat=iat).status == 200


@pytest.mark.parametrize("name", ["DPOP", "dpop"])
def test_the_header_has_no_case(plan: Plan, name: str) -> None:
    """RFC 9110 section 5.1."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    assert opened(party, token, at(party, token), name=name).status == 200


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_one_proof(plan: Plan, count: int) -> None:
    """Neither none nor two."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    proofs = [at(party, token) for _ in range(count)]
    assert opened(party, token, *proofs).status in (400, 401)


def test_a_proof_is_good_once(plan: Plan) -> None:
    """By its jti, whatever else is new in it."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    seen = [opened(party, token, at(party, token, jti="x7Kq9Lm2")).status for _ in range(2)]
    assert seen == [200, 401]


def test_a_bound_token_is_no_bearer_token(plan: Plan) -> None:
    """With a proof beside it or without."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    assert party.userinfo(token, Authorization=f"Bearer {token}").status == 401
    assert party.userinfo(token, Authorization=f"Bearer {token}", DPoP="").status == 401


# Authorization code binding, RFC 9449 section 10.


def pushed(party: Party, *, proof: bool, **changes: str) -> Reply:
    """A push with a proof or without."""
    return party.call("/par", party.known(party.request(**changes)), proof=proof)


def test_another_key_than_the_proofs_is_refused(plan: Plan) -> None:
    """ensure-mismatched-dpop-jkt-fails."""
    party, _ = plan.pair()
    refused = pushed(party, proof=True, dpop_jkt=Prover(owner="other").jkt)
    assert refused.status == 400
    assert refused.json["error"] in ("invalid_request", "invalid_dpop_proof")


@pytest.mark.parametrize("proof", [True, False], ids=["proof", "dpop_jkt"])
@pytest.mark.parametrize("variant", [Variant(), Variant(signed=True, jarm=True)], ids=str)
def test_a_code_is_traded_by_its_key(plan: Plan, variant: Variant, proof: bool) -> None:
    """ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt and -dpop-jkt, and what succeeds:
    another key is refused and uses nothing up."""
    party, _ = plan.pair(variant)
    request = party.request(**({} if proof else {"dpop_jkt": party.prover.jkt}))
    reply = party.push(request, proof=proof)
    code = party.answer(party.go(party.url(request, reply.json["request_uri"])))["code"]
    own, party.prover = party.prover, Prover(owner="other")
    refused = party.redeem(code)
    assert (refused.status, refused.json["error"]) == (400, "invalid_grant")
    party.prover = own
    assert party.redeem(code).status == 200


def test_a_proof_for_another_endpoint_is_refused(plan: Plan) -> None:
    """Of /token at /par; nothing is pushed."""
    party, _ = plan.pair()
    form, headers = party.known(party.request()), dpop.header(party.proof("/token"))
    refused = plan.world.post("/par", form, headers=headers)
    assert (refused.status, refused.json["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA", "Ed25519"])
def test_every_algorithm_of_the_profile_binds(plan: Plan, alg: str) -> None:
    """What the tester may put into client.dpop_signing_alg."""
    party, _ = plan.pair()
    party.prover = Prover(alg, owner=f"by {alg}")
    assert party.userinfo(party.tokens()["access_token"]).status == 200
