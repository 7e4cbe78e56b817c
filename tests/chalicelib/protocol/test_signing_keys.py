"""The life of a signing key, by table and by chance. docs/storage.md, "Signing keys"."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.aws.attribute_values import decode, encode
from chalicelib.protocol import signing_keys as rules
from chalicelib.protocol.signing_keys import (
    ACTIVE,
    DATA_KEY,
    KMS,
    NEXT,
    RETIRED,
    KeyRefused,
    SigningKey,
)
from chalicelib.values import replace

NOW = 1_800_000_000


def key(kid: str, state: str, changed_at: int = NOW, alg: str = "RS256") -> SigningKey:
    jwk = {"kid": kid, "alg": alg, "kty": "RSA"}
    return SigningKey(kid, f"arn:{kid}", alg, jwk, state, changed_at, changed_at)


def jwk(kid: str, alg: str = "RS256") -> dict[str, str]:
    return {"kid": kid, "alg": alg, "kty": "RSA"}


OLD = key("a", ACTIVE, NOW - rules.KEEP)


@pytest.mark.parametrize(
    ("keys", "alg", "state"),
    [
        ((), "RS256", ACTIVE),
        ((key("a", ACTIVE, NOW - 60),), "ES256", ACTIVE),
        ((key("a", ACTIVE, NOW - 60),), "RS256", NEXT),
        ((OLD,), "RS256", NEXT),
        ((OLD,), "ES256", NEXT),
        ((key("a", RETIRED, NOW - 60),), "RS256", ACTIVE),
        ((key("a", ACTIVE, NOW - rules.HOUR),), "ES256", NEXT),
        ((key("a", ACTIVE, NOW - rules.HOUR + 1),), "ES256", ACTIVE),
    ],
)
def test_a_new_key_is_announced_first(keys: tuple[SigningKey, ...], alg: str, state: str) -> None:
    """Only in a stage's first hour does an algorithm's first key sign at once."""
    after = rules.announce(keys, "arn:z", jwk("z", alg), NOW)
    assert after[:-1] == keys
    assert (after[-1].kid, after[-1].state, after[-1].changed_at) == ("z", state, NOW)


@pytest.mark.parametrize(
    ("keys", "kid", "why"),
    [
        ((OLD,), "a", "already in the keyring"),
        ((OLD, key("b", NEXT)), "c", "already a next key"),
        (tuple(key(f"k{n}", RETIRED) for n in range(10)), "z", "10 keys already"),
    ],
)
def test_a_key_that_cannot_be_announced(keys: tuple[SigningKey, ...], kid: str, why: str) -> None:
    """Known already, one is waiting, or the JWKS is full."""
    with pytest.raises(KeyRefused, match=why):
        rules.announce(keys, "arn:z", jwk(kid), NOW)


def test_promotion_retires_the_one_before() -> None:
    """Both change at once; keys of the other algorithm stay as they are."""
    other = key("e", ACTIVE, NOW - 5, alg="ES256")
    waiting = key("b", NEXT, NOW - rules.ANNOUNCE)
    after = rules.promote((OLD, other, waiting), KMS, "RS256", NOW)
    assert [(one.kid, one.state) for one in after] == [("a", RETIRED), ("e", ACTIVE), ("b", ACTIVE)]
    assert [one.changed_at for one in after] == [NOW, NOW - 5, NOW]


@pytest.mark.parametrize(
    ("age", "force", "allowed"),
    [(rules.ANNOUNCE, False, True), (rules.ANNOUNCE - 1, False, False), (0, True, True)],
)
def test_a_key_is_promoted_when_verifiers_know_it(age: int, force: bool, allowed: bool) -> None:
    """After ANNOUNCE seconds in the JWKS, or when the operator insists."""
    keys = (OLD, key("b", NEXT, NOW - age))
    if allowed:
        after = rules.promote(keys, KMS, "RS256", NOW, force=force)
        assert rules.signer(after, KMS, "RS256") == replace(keys[1], state=ACTIVE, changed_at=NOW)
    else:
        with pytest.raises(KeyRefused, match=str(rules.ANNOUNCE - age)):
            rules.promote(keys, KMS, "RS256", NOW, force=force)


def test_there_must_be_a_key_to_promote() -> None:
    """Of that very algorithm, and force makes none."""
    with pytest.raises(KeyRefused, match="no next key"):
        rules.promote((OLD, key("b", NEXT, 0, alg="ES256")), KMS, "RS256", NOW, force=True)


@pytest.mark.parametrize(
    ("state", "age", "force", "allowed"),
    [
        (RETIRED, rules.KEEP, False, True),
        (RETIRED, rules.KEEP - 1, False, False),
        (RETIRED, 0, True, True),
        (ACTIVE, rules.KEEP, False, False),
        (ACTIVE, rules.KEEP, True, False),
        (NEXT, rules.KEEP, True, False),
    ],
)
def test_a_key_goes_when_its_tokens_are_over(
    state: str, age: int, force: bool, allowed: bool
) -> None:
    """Only a retired key, after KEEP seconds or when the operator insists."""
    keys = (key("a", state, NOW - age), key("b", ACTIVE))
    if allowed:
        assert rules.drop(keys, "a", NOW, force=force) == keys[1:]
    else:
        with pytest.raises(KeyRefused):
            rules.drop(keys, "a", NOW, force=force)


def test_an_unknown_key_cannot_go() -> None:
    """The operator mistyped its kid."""
    with pytest.raises(KeyRefused, match="no such key"):
        rules.drop((OLD,), "x", NOW, force=True)


def test_the_jwks_begins_with_what_signs() -> None:
    """Some verifiers take the first key they find."""
    keys = (key("a", RETIRED), key("b", NEXT), key("c", ACTIVE))
    assert [one["kid"] for one in rules.jwks(keys)] == ["c", "b", "a"]


@pytest.mark.parametrize("state", [NEXT, ACTIVE, RETIRED])
def test_a_key_is_stored_and_read_again(state: str) -> None:
    """Through the table's own form of a map."""
    one = key("a", state)
    assert SigningKey.of_map("a", decode(encode(one.to_map()))) == one


def test_the_waits_cover_tokens_and_caches() -> None:
    """A key outlives the longest token and the slowest cache; announcing outlasts that cache."""
    assert rules.ANNOUNCE >= 2 * rules.HOUR
    assert rules.KEEP >= rules.LONGEST_TOKEN + rules.ANNOUNCE
    assert rules.MOST_KEYS <= 10


KINDS = [(mode, alg) for mode, algorithms in rules.MODES.items() for alg in algorithms]


class Operator(RuleBasedStateMachine):
    """An operator who does anything at any time, without force; a verifier who looks on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.keys: tuple[SigningKey, ...] = ()
        self.made = 0
        self.first_seen: dict[str, int] = {}
        self.last_signed: dict[str, int] = {}

    def change(self, after: tuple[SigningKey, ...]) -> None:
        self.keys = after
        for one in after:
            self.first_seen.setdefault(one.kid, self.now)

    @rule(seconds=st.sampled_from([1, rules.HOUR, rules.ANNOUNCE, rules.LONGEST_TOKEN, rules.KEEP]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(kind=st.sampled_from(KINDS))
    def announce(self, kind: tuple[str, str]) -> None:
        mode, alg = kind
        self.made += 1
        encrypted = b"private" if mode == DATA_KEY else None
        public = jwk(f"k{self.made}", alg)
        try:
            self.change(rules.announce(self.keys, "arn", public, self.now, encrypted=encrypted))
        except KeyRefused:
            waiting = rules.next_key(self.keys, mode, alg)
            assert waiting or len(self.keys) >= rules.MOST_KEYS

    @rule(kind=st.sampled_from(KINDS))
    def promote(self, kind: tuple[str, str]) -> None:
        try:
            self.change(rules.promote(self.keys, *kind, self.now))
        except KeyRefused:
            return

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        kid = data.draw(st.sampled_from([one.kid for one in self.keys]))
        try:
            self.change(rules.drop(self.keys, kid, self.now))
        except KeyRefused:
            return
        assert self.now - self.last_signed.get(kid, 0) > rules.LONGEST_TOKEN

    @rule(kind=st.sampled_from(KINDS))
    def sign(self, kind: tuple[str, str]) -> None:
        signer = rules.signer(self.keys, *kind)
        if signer is not None:
            started = min(self.first_seen.values())
            known_for = self.now - self.first_seen[signer.kid]
            # A verifier that fetched the JWKS two hours ago must know the key, unless there was
            # no JWKS to fetch before the stage's first hour.
            assert known_for >= rules.ANNOUNCE or self.first_seen[signer.kid] - started < rules.HOUR
            self.last_signed[signer.kid] = self.now

    @invariant()
    def one_signer_of_a_kind(self) -> None:
        for kind in KINDS:
            states = [one.state for one in self.keys if (one.mode, one.alg) == kind]
            assert states.count(ACTIVE) <= 1
            assert states.count(NEXT) <= 1

    @invariant()
    def living_tokens_verify(self) -> None:
        published = {one["kid"] for one in rules.jwks(self.keys)}
        for kid, signed_at in self.last_signed.items():
            assert kid in published or self.now - signed_at > rules.LONGEST_TOKEN
        assert len(published) == len(self.keys) <= rules.MOST_KEYS

    @invariant()
    def a_signer_never_vanishes(self) -> None:
        for kind in {(one.mode, one.alg) for one in self.keys if one.kid in self.last_signed}:
            assert rules.signer(self.keys, *kind) is not None

    @invariant()
    def what_signs_no_more_cannot(self) -> None:
        for one in self.keys:
            signs = one.mode == DATA_KEY and one.state != RETIRED
            assert (one.encrypted is not None) == signs


TestOperator = Operator.TestCase
TestOperator.settings = settings(max_examples=60, stateful_step_count=40)
