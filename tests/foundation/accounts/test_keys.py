"""API keys: what they open, for how long, and that no chain of them ends with more than it began with."""

import asyncio
import re
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salon.foundation import audit
from salon.foundation.accounts import Accounts, KeyIdentity, KeyLimits, Lineage
from salon.foundation.accounts.index import within
from salon.foundation.accounts.keys import DEEPEST
from salon.foundation.accounts.models import matches
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, Right, SpaceScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotAllowed, NotFound

MANAGER = frozenset({Right.USE_MODELS, Right.MANAGE_KEYS})


def known(accounts: Accounts, secret: str) -> KeyIdentity:
    identity = accounts.authenticate_key(secret)
    assert identity is not None
    return identity


async def acts(accounts: Accounts) -> list[tuple[str, str]]:
    scope = SpaceScope(accounts.owner("tcp").space_id)
    page = await accounts._storage.read(lambda tx: audit.list_records(tx, scope))
    return [(record.action, record.target) for record in reversed(page.records)]


def test_key_opens_what_it_was_made_for(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            limits = KeyLimits(requests_per_minute=5, models=("gpt-*",), operations=("chat",))
            made = await accounts.create_key(owner, "ci", limits=limits)
            identity = known(accounts, made.secret)
            assert identity.name == "ci"
            assert identity.limits == limits
            assert identity.caller == Caller(
                kind="key",
                space_id=owner.space_id,
                person_id=owner.person_id,
                key_id=made.key.id,
                rights=frozenset({Right.USE_MODELS}),
            )
            assert [name for name in ("gpt-5", "o3") if identity.limits.allows_model(name)] == ["gpt-5"]

    asyncio.run(scene())


def test_a_look_finds_what_another_process_just_made(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as one, open_accounts() as two:
            for number in range(3):
                made = await one.create_key(one.owner("tcp"), f"key {number}")
                await asyncio.gather(*(two.look_again() for _ in range(20)))
                assert known(two, made.secret).name == f"key {number}"

    asyncio.run(scene())


def test_whoever_began_something_is_known_to_another_process(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as one, open_accounts() as two:
            made = await one.create_key(one.owner("tcp"), "uploads")
            assert await two.identity_of_creator(made.key.id) == known(one, made.secret)
            assert await two.identity_of_creator("key_unknown") is None

    asyncio.run(scene())


class CountingStorage:
    """Counts what is read."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self.reads = 0

    def __getattr__(self, name: str) -> Any:
        self.reads += name == "read"
        return getattr(self._storage, name)


def test_many_looks_read_little(open_accounts: Any) -> None:
    async def scene() -> None:
        opened: list[CountingStorage] = []

        def through(storage: Any) -> Any:
            opened.append(CountingStorage(storage))
            return opened[0]

        async with open_accounts(through=through) as accounts:
            before = opened[0].reads
            await asyncio.gather(*(accounts.look_again() for _ in range(1_000)))
            assert opened[0].reads - before <= 2, "one look, and perhaps the one of each second"

    asyncio.run(scene())


def test_secret_is_shown_once_and_kept_nowhere(open_accounts: Any, tmp_path: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            made = await accounts.create_key(accounts.owner("tcp"), "ci")
            assert made.secret.startswith("sk-salon-")
            assert len(made.secret) == len("sk-salon-") + 43
            (listed,) = await accounts.list_keys(accounts.owner("tcp"))
            assert listed == made.key
            assert listed.hint == f"sk-salon-…{made.secret[-4:]}"
            secret = made.secret.encode()
            assert not any(secret in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())

    asyncio.run(scene())


def test_name_is_free_again_after_revoking(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            first = await accounts.create_key(owner, "ci")
            with pytest.raises(Conflict, match="already a key named “ci”"):
                await accounts.create_key(owner, "ci")
            other = await accounts.create_key(owner, "other")
            with pytest.raises(Conflict):
                await accounts.update_key(owner, other.key.id, name="ci")
            await accounts.revoke_key(owner, first.key.id)
            await accounts.create_key(owner, "ci")
            assert len(await accounts.list_keys(owner)) == 2
            assert sorted(accounts.key_names(owner).values()) == ["ci", "ci", "other"]
            assert len(await accounts.list_keys(owner, revoked=True)) == 3

    asyncio.run(scene())


def test_rotated_key_has_two_secrets_for_a_while(open_accounts: Any) -> None:
    clock = ManualClock()

    async def scene() -> None:
        async with open_accounts(clock) as accounts:
            owner = accounts.owner("tcp")
            old = await accounts.create_key(owner, "ci", limits=KeyLimits(concurrency=3))
            new = await accounts.rotate_key(owner, old.key.id, grace_s=60)
            assert new.key.id == old.key.id
            assert known(accounts, old.secret) == known(accounts, new.secret)
            clock.advance(61)
            assert accounts.authenticate_key(old.secret) is None
            assert known(accounts, new.secret).limits.concurrency == 3
            at_once = await accounts.rotate_key(owner, old.key.id, grace_s=0)
            assert accounts.authenticate_key(new.secret) is None
            known(accounts, at_once.secret)

    asyncio.run(scene())


def test_expired_key_is_refused(open_accounts: Any) -> None:
    clock = ManualClock()

    async def scene() -> None:
        async with open_accounts(clock) as accounts:
            owner = accounts.owner("tcp")
            limits = KeyLimits(expires_at_ms=clock.now_ms() + 1000)
            made = await accounts.create_key(owner, "short", limits=limits)
            known(accounts, made.secret)
            clock.advance(1)
            assert accounts.authenticate_key(made.secret) is None
            with pytest.raises(InvalidRequest, match="expires_at_ms"):
                await accounts.create_key(owner, "past", limits=limits)

    asyncio.run(scene())


def test_revoked_key_is_refused_here_at_once_and_elsewhere_soon(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as here, open_accounts() as there:
            made = await here.create_key(here.owner("tcp"), "ci")
            await there.refresh()
            known(there, made.secret)
            ended: list[str] = []
            there.on_ended(ended.extend)
            await here.revoke_key(here.owner("tcp"), made.key.id)
            assert here.authenticate_key(made.secret) is None
            async with asyncio.timeout(60):
                while there.authenticate_key(made.secret) is not None:
                    await asyncio.sleep(0.01)
            assert ended == [made.key.id]

    asyncio.run(scene())


def test_what_runs_out_or_opens_less_is_told(open_accounts: Any) -> None:
    clock = ManualClock()

    async def told(ended: list[str], *expected: str) -> None:
        async with asyncio.timeout(60):
            while sorted(ended) != sorted(expected):
                await asyncio.sleep(0.01)
        ended.clear()

    async def scene() -> None:
        async with open_accounts(clock) as accounts:
            owner, limits = accounts.owner("tcp"), KeyLimits(expires_at_ms=clock.now_ms() + 9000)
            short = await accounts.create_key(owner, "short", limits=limits, rights=MANAGER)
            child = await accounts.create_key(known(accounts, short.secret).caller, "child")
            await accounts.rotate_key(owner, child.key.id, grace_s=5)
            ended: list[str] = []
            accounts.on_ended(ended.extend)
            await accounts.update_key(
                owner, short.key.id, limits=msgspec.structs.replace(limits, concurrency=1)
            )
            clock.advance(5)
            await told(ended, child.key.id)
            await accounts.update_key(owner, short.key.id, rights=frozenset({Right.MANAGE_KEYS}))
            await told(ended, short.key.id, child.key.id)
            clock.advance(4)
            await told(ended, short.key.id, child.key.id)

    asyncio.run(scene())


def test_key_gives_no_right_it_lacks(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            manager = await accounts.create_key(accounts.owner("tcp"), "manager", rights=MANAGER)
            caller = known(accounts, manager.secret).caller
            with pytest.raises(NotAllowed, match="lacks the right"):
                await accounts.create_key(caller, "more", rights=OWNER_RIGHTS)
            child = await accounts.create_key(caller, "child")
            with pytest.raises(NotAllowed):
                await accounts.update_key(caller, child.key.id, rights=OWNER_RIGHTS)
            plain = known(accounts, child.secret).caller
            for act in (
                accounts.create_key(plain, "x"),
                accounts.list_keys(plain),
                accounts.revoke_key(plain, child.key.id),
                accounts.rotate_key(plain, child.key.id),
                accounts.set_space_budget(plain, None),
            ):
                with pytest.raises(NotAllowed):
                    await act

    asyncio.run(scene())


def test_key_knows_every_limit_above_it(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner, wide = accounts.owner("tcp"), KeyLimits(requests_per_minute=60)
            first = await accounts.create_key(owner, "first", rights=MANAGER, limits=wide)
            assert known(accounts, first.secret).lineage is None
            second = await accounts.create_key(known(accounts, first.secret).caller, "second", rights=MANAGER)
            narrow = KeyLimits(concurrency=2)
            third = await accounts.create_key(known(accounts, second.secret).caller, "third", limits=narrow)
            lineage = known(accounts, third.secret).lineage
            assert lineage == Lineage(
                root=first.key.id, counters=((second.key.id, wide), (first.key.id, wide))
            )
            await accounts.update_key(owner, first.key.id, limits=KeyLimits())
            assert known(accounts, third.secret).lineage == Lineage(root=first.key.id)

    asyncio.run(scene())


def test_keys_are_made_with_keys_up_to_a_depth(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            caller = accounts.owner("tcp")
            for number in range(DEEPEST + 1):
                made = await accounts.create_key(caller, f"key {number}", rights=MANAGER)
                caller = known(accounts, made.secret).caller
            with pytest.raises(Conflict, match="there are 8 others already"):
                await accounts.create_key(caller, "one more")

    asyncio.run(scene())


def test_key_manages_only_what_it_made(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            powerful = await accounts.create_key(owner, "powerful", rights=OWNER_RIGHTS)
            manager = await accounts.create_key(owner, "manager", rights=MANAGER)
            caller = known(accounts, manager.secret).caller
            child = await accounts.create_key(caller, "child", rights=MANAGER)
            grandchild = await accounts.create_key(known(accounts, child.secret).caller, "grandchild")
            listed = {key.name for key in await accounts.list_keys(caller)}
            assert listed == {"child", "grandchild"}
            for key_id in (powerful.key.id, manager.key.id, "key_none", "' OR 1=1 --"):
                for act in (
                    accounts.rotate_key(caller, key_id),
                    accounts.revoke_key(caller, key_id),
                    accounts.update_key(caller, key_id, limits=KeyLimits()),
                    accounts.get_key(caller, key_id),
                ):
                    with pytest.raises(NotFound):
                        await act
            await accounts.revoke_key(caller, grandchild.key.id)

    asyncio.run(scene())


def test_child_follows_its_parent_down(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            parent = await accounts.create_key(
                owner, "parent", rights=MANAGER, limits=KeyLimits(budget_e10=100, models=("gpt-*",))
            )
            caller = known(accounts, parent.secret).caller
            child = await accounts.create_key(
                caller, "child", rights=MANAGER, limits=KeyLimits(budget_e10=50)
            )
            identity = known(accounts, child.secret)
            assert len(identity.budget_ids) == 2
            assert set(known(accounts, parent.secret).budget_ids) < set(identity.budget_ids)
            assert identity.limits.models == ("gpt-*",)
            await accounts.update_key(
                owner, parent.key.id, rights=frozenset({Right.USE_MODELS}), limits=KeyLimits(concurrency=2)
            )
            identity = known(accounts, child.secret)
            assert identity.caller.rights == {Right.USE_MODELS}
            assert identity.limits.concurrency == 2
            await accounts.revoke_key(owner, parent.key.id)
            assert accounts.authenticate_key(child.secret) is None
            assert await accounts.list_keys(owner) == []

    asyncio.run(scene())


def test_suspended_person_has_no_way_in(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            made = await accounts.create_key(owner, "ci")
            session = await accounts.redeem((await accounts.create_login_link()).token)
            link = await accounts.create_login_link()
            admin = Caller(kind="system", space_id=owner.space_id, rights=OWNER_RIGHTS)
            with pytest.raises(Conflict):
                await accounts.suspend_person(owner, owner.person_id)
            await accounts.suspend_person(admin, owner.person_id)
            assert accounts.authenticate_key(made.secret) is None
            assert accounts.session(session) is None
            with pytest.raises(Exception, match="sign-in link"):
                await accounts.redeem(link.token)
            await accounts.suspend_person(admin, owner.person_id, suspended=False)
            known(accounts, made.secret)

    asyncio.run(scene())


def test_every_act_is_on_the_audit_trail(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            made = await accounts.create_key(owner, "ci")
            key_id = made.key.id
            await accounts.update_key(owner, key_id, name="cd", limits=KeyLimits(concurrency=1))
            await accounts.rotate_key(owner, key_id)
            with pytest.raises(NotAllowed):
                await accounts.create_key(known(accounts, made.secret).caller, "no")
            await accounts.revoke_key(owner, key_id)
            assert await acts(accounts) == [
                ("key.created", key_id),
                ("key.updated", key_id),
                ("key.rotated", key_id),
                ("key.revoked", key_id),
            ]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("", {}),
        ("x" * 101, {}),
        (" ci", {}),
        ("a\x1b[31m", {}),
        ("a\nb", {}),
        ("ok", {"requests_per_minute": 0}),
        ("ok", {"concurrency": -1}),
        ("ok", {"budget_e10": -1}),
        ("ok", {"budget_e10": 2**63}),
        ("ok", {"budget_period": "week"}),
        ("ok", {"budget_zone": "Mars/Base"}),
        ("ok", {"budget_zone": "../../etc/passwd"}),
        ("ok", {"models": ("",)}),
        ("ok", {"models": ("m",) * 501}),
    ],
)
def test_senseless_keys_are_refused(open_accounts: Any, name: str, limits: dict[str, Any]) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            with pytest.raises(InvalidRequest):
                await accounts.create_key(accounts.owner("tcp"), name, limits=KeyLimits(**limits))

    asyncio.run(scene())


def test_last_use_is_written_in_batches(open_accounts: Any) -> None:
    clock = ManualClock()

    async def scene() -> None:
        async with open_accounts(clock) as accounts:
            made = await accounts.create_key(accounts.owner("tcp"), "ci")
            clock.advance(5)
            for _ in range(100):
                known(accounts, made.secret)
            (key,) = await accounts.list_keys(accounts.owner("tcp"))
            assert key.last_used_at_ms is None
            await accounts.write_last_used()
            (key,) = await accounts.list_keys(accounts.owner("tcp"))
            assert key.last_used_at_ms == clock.now_ms()

    asyncio.run(scene())


def test_restart_finds_the_same_owner_and_keys(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as first:
            made = await first.create_key(first.owner("tcp"), "ci")
            owner = first.owner("local")
        async with open_accounts() as second:
            assert second.owner("local") == owner
            assert known(second, made.secret).caller.key_id == made.key.id

    asyncio.run(scene())


def test_two_processes_starting_together_make_one_owner(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts():
            pass  # makes the tables

    async def start_both() -> None:
        async with open_accounts() as one, open_accounts() as two:
            assert one.owner("tcp") == two.owner("tcp")

    asyncio.run(scene())
    asyncio.run(start_both())


PATTERNS = st.lists(st.text("ab*", min_size=1, max_size=5), max_size=3).map(tuple)


@given(own=PATTERNS, outer=PATTERNS, model=st.text("ab", min_size=1, max_size=6))
@settings(max_examples=400, deadline=None)
def test_narrowed_models_never_allow_more(own: tuple[str, ...], outer: tuple[str, ...], model: str) -> None:
    narrowed = within(KeyLimits(models=own), KeyLimits(models=outer, concurrency=1))
    if narrowed.allows_model(model):
        assert KeyLimits(models=own).allows_model(model)
        assert KeyLimits(models=outer).allows_model(model)


@given(pattern=st.text("ab*", max_size=6), text=st.text("ab", max_size=8))
@settings(max_examples=400, deadline=None)
def test_patterns_match_as_written(pattern: str, text: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
    assert matches(pattern, text) == expected


def test_hostile_pattern_takes_linear_time() -> None:
    began_s = time.thread_time()
    assert not matches("a*" * 150 + "b", "a" * 100_000)
    assert time.thread_time() - began_s < 5


def test_names_are_told_to_their_own_space_only(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            made = await accounts.create_key(owner, "notes")
            await accounts.revoke_key(owner, made.key.id)
            asked = (owner.person_id, made.key.id, "per_nobody", "demo/demo")
            assert [accounts.author_name(owner, one) for one in asked] == ["Owner", "notes", None, None]
            stranger = msgspec.structs.replace(owner, space_id="spc_another")
            assert [accounts.author_name(stranger, one) for one in asked] == [None] * 4

    asyncio.run(scene())
