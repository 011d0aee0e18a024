"""SQL in a credential is a wrong credential: no error, no statement, no difference in time."""

import asyncio
import statistics
import time
from typing import Any

import pytest

from salon.foundation.kit.errors import NotSignedIn, SalonError

SEEDS = [
    "' OR '1'='1",
    "' OR 1=1 --",
    '" OR ""="',
    "'; DROP TABLE api_keys; --",
    "') UNION SELECT id, secret_hash FROM api_keys --",
    "x' AND (SELECT pg_sleep(5)) IS NULL --",
    "x'||(SELECT CASE WHEN 1=1 THEN randomblob(100000000) END)||'",
    "%27%20OR%201=1",
    "\\' OR 1=1 --",
    "$$; SELECT 1; $$",
    "%s%(id)s:id?1{0}{id}",
    "\x00' OR 1=1",
    "\u02bc OR 1=1",
    "\uff07 OR 1=1",
    "\ud800' OR 1=1",
    "sk-salon-' OR '1'='1",
    "0x27204f5220313d31",
    "1; ATTACH DATABASE '/tmp/x' AS y",
    "' AND 1=CAST((SELECT hint FROM api_keys LIMIT 1) AS int) --",
    "*/ OR 1=1 /*",
]
HOSTILE = [
    f"{before}{seed}{after}"
    for seed in SEEDS
    for before in ("", "sk-salon-", "' ")
    for after in ("", " -- ", "' #", ";")
]


def test_injected_sql_is_just_a_wrong_secret(open_accounts: Any) -> None:
    assert len(HOSTILE) >= 200

    async def scene() -> None:
        async with open_accounts() as accounts:
            made = await accounts.create_key(accounts.owner("tcp"), "ci")
            for text in HOSTILE:
                assert accounts.authenticate_key(text) is None
                assert accounts.session(text) is None
                await accounts.sign_out(text)
            for text in HOSTILE[::5]:
                with pytest.raises(NotSignedIn):
                    await accounts.redeem(text)
            assert accounts.authenticate_key(made.secret) is not None

    asyncio.run(scene())


def test_injected_sql_in_names_and_ids_is_kept_as_text(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            owner = accounts.owner("tcp")
            names = sorted({text.strip() for text in HOSTILE if text.isprintable()})
            for name in names[:60]:
                await accounts.create_key(owner, name)
                with pytest.raises(SalonError):
                    await accounts.revoke_key(owner, name)
            assert {key.name for key in await accounts.list_keys(owner)} == set(names[:60])

    asyncio.run(scene())


@pytest.mark.timed
def test_wrong_secrets_take_the_same_time_whatever_they_hold(open_accounts: Any) -> None:
    async def scene() -> None:
        async with open_accounts() as accounts:
            made = await accounts.create_key(accounts.owner("tcp"), "ci")
            near, far = made.secret[:-1] + "!", "x" * len(made.secret)
            medians: dict[str, float] = {}
            for text in (near, far):
                samples = []
                for _ in range(300):
                    began = time.perf_counter_ns()
                    accounts.authenticate_key(text)
                    samples.append(time.perf_counter_ns() - began)
                medians[text] = statistics.median(samples)
            assert abs(medians[near] - medians[far]) < 2_000

    asyncio.run(scene())
