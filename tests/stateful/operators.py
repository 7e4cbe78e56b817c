"""What happens around the clients' requests: operators, key rotation, time, the table's sweep."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from chalicelib.administration import clients, grants, sessions, users
from chalicelib.aws import keyring
from chalicelib.protocol import signing_keys
from chalicelib.protocol.signing_keys import KeyRefused
from infra import bootstrap
from tests.on_ministack import Keys
from tests.stage import CHEAPEST
from tests.stateful.apps import metadata
from tests.stateful.model import CACHE, SECRET_OVERLAP, Person, Session
from tests.stateful.post import Post


class Operators:
    """They act on the table, and tell the model."""

    def __init__(self, post: Post, spare_keys: Keys) -> None:
        self.post = post
        self.cast = post.cast
        self.spare_keys = spare_keys
        self.made = 0

    def act_on_user(self, number: int, act: str) -> None:
        """One of: disable, enable, password, revoke, grants, replace, session, sessions."""
        person = self.cast.people[number]
        match act:
            case "disable" | "enable":
                self.disable(person, act == "disable")
            case "password":
                self.change_password(person)
            case "revoke":
                self.revoke_user(person)
            case "grants":
                self.revoke_grants(person)
            case "replace":
                self.replace_user(number)
            case "session" | "sessions":
                self.end_sessions(person, all_of_them=act == "sessions")

    def act_on_client(self, client_id: str, act: str) -> None:
        """One of: delete, block, revoke, secret; a client that is gone comes back first of all."""
        app = self.cast.model.now_is(client_id)
        if app.gone:
            self.bring_back_client(client_id)
        elif act == "delete":
            self.delete_client(client_id)
        elif act == "block":
            self.block_client(client_id)
        elif act == "revoke" or app.secret is None:
            self.revoke_client(client_id)
        else:
            self.rotate_secret(client_id)

    def disable(self, person: Person, disabled: bool) -> None:
        """Disable a user, or let them in again."""
        services = self.cast.world.services
        with self._ending_sessions(person) if disabled else nullcontext():
            users.update(users.find(person.name, services), services, disabled=disabled)
        person.disabled = disabled
        if disabled:
            person.ended_at = self.cast.now

    def change_password(self, person: Person) -> None:
        """Give a user another password."""
        services = self.cast.world.services
        self.made += 1
        person.password = f"password-{self.made}"
        user = users.find(person.name, services)
        with self._ending_sessions(person):
            users.update(user, services, password=person.password, cost=CHEAPEST)
        person.ended_at = self.cast.now

    def revoke_user(self, person: Person) -> None:
        """End everything of a user."""
        services = self.cast.world.services
        with self._ending_sessions(person):
            users.revoke(users.find(person.name, services), services)
        person.ended_at = self.cast.now

    @contextmanager
    def _ending_sessions(self, person: Person) -> Iterator[None]:
        """Inside, every session of a user ends, and its clients are told."""
        living = self.cast.model.living_sessions(person, self.cast.now)
        yield
        self.post.ended(living)

    def revoke_grants(self, person: Person) -> None:
        """End every grant of a user, one by one; sessions stay."""
        services = self.cast.world.services
        user = users.find(person.name, services)
        for found in users.grants_of(user, services):
            grants.revoke(user, found.grant_id, services)
        for grant in self.cast.model.grants:
            grant.dead |= grant.person is person

    def end_sessions(self, person: Person, *, all_of_them: bool) -> None:
        """End a user's sessions, the latest or all."""
        services = self.cast.world.services
        living = self.list_sessions(person)
        user = users.find(person.name, services)
        one = None if all_of_them else living[-1].key[1].removeprefix("S#") if living else None
        if all_of_them or living:
            ended = sessions.end(user, one, services)
            assert len(ended) == (len(living) if all_of_them else 1)
        gone = living if all_of_them else living[-1:]
        for session in gone:
            session.sign_out()
        self.post.ended(gone)

    def list_sessions(self, person: Person) -> list[Session]:
        """The sessions of a user: those that are listed are those that live."""
        services = self.cast.world.services
        living = self.cast.model.living_sessions(person, self.cast.now)
        listed = sessions.living(users.find(person.name, services), services)
        assert {session.key for session in listed} == {session.key for session in living}
        return living

    def replace_user(self, number: int) -> None:
        """Delete a user; another one comes with the same name."""
        services = self.cast.world.services
        person = self.cast.people[number]
        with self._ending_sessions(person):
            users.delete(person.name, services)
        person.deleted = True
        self.made += 1
        password = f"password-{self.made}"
        self.cast.people[number] = self.cast.new_person(person.name, password)

    def revoke_client(self, client_id: str) -> None:
        """End everything of a client."""
        clients.revoke(client_id, self.cast.world.services)
        app = self.cast.model.now_is(client_id)
        self.cast.model.change(replace(app, ended_at=self.cast.now), self.cast.now)

    def rotate_secret(self, client_id: str) -> None:
        """Give a client a new secret; the old one counts for a day."""
        app = self.cast.model.now_is(client_id)
        assert app.secret is not None
        _, secret = clients.rotate_secret(client_id, self.cast.world.services)
        previous = (app.secret, self.cast.now + SECRET_OVERLAP)
        self.cast.model.change(replace(app, secret=secret, previous=previous), self.cast.now)

    def delete_client(self, client_id: str) -> None:
        """Remove a client."""
        clients.delete(client_id, self.cast.world.services)
        app = self.cast.model.now_is(client_id)
        gone = replace(app, gone=True, ended_at=self.cast.now)
        self.cast.model.change(gone, self.cast.now)

    def change_client(self, client_id: str, what: str) -> None:
        """Change what a client has to show: "dpop", "certificate", "nonces" or its "keys"; or the
        types of authorization details that it may ask for: "types any", or their names."""
        before = after = self.cast.model.now_is(client_id)
        self.made += 1
        if what == "dpop":
            after = replace(before, dpop=before.fapi or not before.dpop)
        elif what == "certificate":
            after = replace(before, certified=not before.certified)
        elif what.startswith("types "):
            types = what.split()[1:]
            after = replace(before, types=None if types == ["any"] else tuple(types))
        elif what == "nonces":
            after = replace(before, nonces=not before.nonces)
        elif before.keyed or before.signs:
            after = replace(before, signer=f"{client_id}-{self.made}")
        if before.gone or before == after:
            return
        was = metadata(before)
        changes = {name: value for name, value in metadata(after).items() if was[name] != value}
        clients.update(client_id, changes, self.cast.world.services)
        self.cast.model.change(after, self.cast.now)

    def block_client(self, client_id: str) -> None:
        """Shut a client out."""
        clients.block(client_id, self.cast.world.services)
        app = self.cast.model.now_is(client_id)
        blocked = replace(app, gone=True, blocked=True, ended_at=self.cast.now)
        self.cast.model.change(blocked, self.cast.now)

    def bring_back_client(self, client_id: str) -> None:
        """Let a client in again, or register one anew under the name of one that was deleted long
        enough ago."""
        app = self.cast.model.now_is(client_id)
        if client_id not in {one.client_id for one in self.cast.apps} and not app.blocked:
            return  # a stranger does not come back
        if app.blocked:
            clients.unblock(client_id, self.cast.world.services)
            self.cast.model.change(replace(app, gone=False, blocked=False), self.cast.now)
            return
        self.cast.forward(CACHE)
        (first,) = (app for app in self.cast.apps if app.client_id == client_id)
        clients.create(metadata(first), self.cast.world.services)
        gone = self.cast.model.now_is(client_id)
        app = replace(first, ended_at=gone.ended_at, generation=gone.generation + 1)
        self.cast.model.change(app, self.cast.now)
        self.cast.forward(CACHE)

    def rotate_keys(self, alg: str, *, patient: bool) -> None:
        """One move in the life of the keys of an algorithm: announce, promote, or drop.

        patient: wait until the move is allowed; a move that comes too early is refused.
        """
        services = self.cast.world.services
        record = bootstrap.read_keyring(services)
        keys = keyring.read_keys(record)
        states = {key.state: key for key in keys if key.alg == alg}
        if signing_keys.NEXT in states:
            ready_at = states[signing_keys.NEXT].changed_at + signing_keys.ANNOUNCE
        elif signing_keys.RETIRED in states:
            ready_at = states[signing_keys.RETIRED].changed_at + signing_keys.KEEP
        else:
            ready_at = 0
        if patient and ready_at > self.cast.now:
            self.cast.forward(ready_at - self.cast.now)
        now = self.cast.now
        try:
            if signing_keys.NEXT in states:
                after = signing_keys.promote(keys, signing_keys.KMS, alg, now)
            elif signing_keys.RETIRED in states:
                after = signing_keys.drop(keys, states[signing_keys.RETIRED].kid, now)
            else:
                arn, jwk = self._spare(keys, alg)
                after = signing_keys.announce(keys, arn, jwk, now)
        except KeyRefused:
            assert now < ready_at
            return
        assert now >= ready_at
        keyring.save(services.table, record, after)
        self.cast.keys_may_have_changed = True

    def _spare(
        self, keys: tuple[signing_keys.SigningKey, ...], alg: str
    ) -> tuple[str, dict[str, str]]:
        used = {key.arn for key in keys}
        return next(
            (arn, jwk)
            for arn, jwk in self.spare_keys.items()
            if jwk["alg"] == alg and arn not in used
        )

    def sweep(self, seed: int) -> None:
        """DynamoDB removes some of the items whose `ttl` has passed; seed 0: all of them."""
        chance = random.Random(seed)
        for item in self.cast.world.items():
            due = "ttl" in item and int(item["ttl"]["N"]) <= self.cast.now
            if due and (seed == 0 or chance.random() < 0.5):
                self.cast.world.services.client.call(
                    "dynamodb",
                    "DeleteItem",
                    {
                        "TableName": self.cast.world.table_name,
                        "Key": {"pk": item["pk"], "sk": item["sk"]},
                    },
                )
