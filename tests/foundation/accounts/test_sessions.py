"""Signing in: a link works once and for ten minutes, a session until it ends, wherever it ends."""

import asyncio
from typing import Any

import pytest

from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import NotSignedIn


def test_link_signs_in_once(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            link = await accounts.create_login_link()
            secret = await accounts.redeem(link.token)
            assert accounts.session(secret) == accounts.owner("tcp")
            assert accounts.session(link.token) is None
            assert accounts.authenticate_key(secret) is None
            with pytest.raises(NotSignedIn, match="used already"):
                await accounts.redeem(link.token)

    asyncio.run(scene())


def test_many_browsers_at_once_share_no_link(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as one, open_accounts() as two:
            link = await one.create_login_link()
            tries = [accounts.redeem(link.token) for accounts in (one, two) for _ in range(10)]
            answers = await asyncio.gather(*tries, return_exceptions=True)
            assert sum(isinstance(answer, str) for answer in answers) == 1
            assert sum(isinstance(answer, NotSignedIn) for answer in answers) == 19

    asyncio.run(scene())


def test_link_and_session_expire(open_accounts: Any) -> None:
    clock = ManualClock()

    async def scene() -> None:
        async with open_accounts(clock) as accounts:
            late, used = await accounts.create_login_link(), await accounts.create_login_link()
            secret = await accounts.redeem(used.token)
            clock.advance(600)
            with pytest.raises(NotSignedIn):
                await accounts.redeem(late.token)
            assert accounts.session(secret) is not None
            clock.advance(30 * 24 * 3600)
            assert accounts.session(secret) is None

    asyncio.run(scene())


def test_session_that_runs_out_is_told(open_accounts: Any) -> None:
    clock = ManualClock()

    async def scene() -> None:
        async with open_accounts(clock) as accounts:
            await accounts.redeem((await accounts.create_login_link()).token)
            ended: list[str] = []
            accounts.on_ended(ended.extend)
            clock.advance(30 * 24 * 3600)
            async with asyncio.timeout(60):
                while not ended:
                    await asyncio.sleep(0.01)
            assert [name.partition("_")[0] for name in ended] == ["ses"]

    asyncio.run(scene())


def test_signing_out_holds_everywhere(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as here, open_accounts() as there:
            one = await here.redeem((await here.create_login_link()).token)
            two = await here.redeem((await here.create_login_link()).token)
            await there.refresh()
            assert there.session(one) is not None
            await here.sign_out(one)
            assert here.session(one) is None
            assert here.session(two) is not None
            await here.sign_out(one)
            assert await here.sign_out_everywhere(here.owner("tcp")) == 1
            async with asyncio.timeout(60):
                while there.session(one) is not None or there.session(two) is not None:
                    await asyncio.sleep(0.01)

    asyncio.run(scene())


def test_nothing_is_kept_from_which_a_secret_could_be_read(open_accounts: Any, tmp_path: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            link = await accounts.create_login_link()
            secret = await accounts.redeem(link.token)
            for one in (link.token.encode(), secret.encode()):
                assert not any(one in f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())

    asyncio.run(scene())
