"""SQL in every query and path parameter of the management API: text like any other, on each database.

The parameters are read from the OpenAPI document, so an endpoint that is added is tried too. Beside the owner's
rows lie those of another space; none of them may ever be shown, and none may change.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from salon.foundation import audit
from salon.foundation.accounts import Accounts
from salon.foundation.accounts.store import insert_space
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, SpaceScope, SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.ledger import Ledger
from salon.foundation.storage import Transaction, open_storage
from salon.foundation.storage.migrations import migrate
from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup
from salon.testing.ledger import entry
from salon.testing.soak import rng, scaled

OTHER = SpaceId("spc_other")
CANARY = "canary-of-another-space"
LONG_S = 25.0
"""A payload that sleeps sleeps longer; no answer takes as long, also on a busy machine."""

PAYLOADS = [
    "'", '"', "`", "\\", "')", "';", "' OR '1'='1", "' OR 1=1 --", '" OR ""="', "1 OR 1=1", "0 OR true", "-1 OR 1=1",
    "1' OR '1'='1' /*", "') OR ('1'='1", "%' OR '%'='", "_", "%", "1; DROP TABLE api_keys; --",
    "'; DELETE FROM audit_records; --", "'; UPDATE people SET role='member'; --",
    "' UNION SELECT id, id, name, hint, name, id, id, id FROM api_keys --",
    "' UNION ALL SELECT NULL,NULL,NULL,NULL,NULL,NULL,NULL --",
    "1 UNION SELECT secret_hash FROM api_keys", "' AND 1=CAST((SELECT hint FROM api_keys LIMIT 1) AS int) --",
    "'||(SELECT pg_sleep(40))||'", "1); SELECT pg_sleep(40); --", "'; SELECT pg_sleep(40) --",
    "' AND randomblob(1000000000) --", "'; ATTACH DATABASE '/tmp/salon-evil.db' AS evil; --",
    "'; COPY api_keys TO '/tmp/salon-evil.csv'; --", "$$; SELECT 1; $$", "${jndi:x}", "%(id)s", ":id", "?1", "$1", "{id}",
    "%s%s%n", "\x00", "a\x00' OR 1=1", "\ufeff' OR 1=1", "\uff07 OR 1=1", "\u02bc OR 1=1 --", "%27%20OR%201%3D1", "%2527",
    "*/ OR 1=1 /*", "-- ", "#", "1e309", "9" * 40, "-9223372036854775809", "0x7fffffff", "NaN", "null", "true", "[]", "{}",
    "key_' OR '1'='1", "prv_%", "../../etc/passwd", "' " * 60,
]  # fmt: skip
SOME = scaled(len(PAYLOADS), least=8)
"""Of them for each parameter, other ones with each seed; in a long run all."""
BODIES: dict[tuple[str, str], Any] = {
    ("put", "/salon/v1/aliases/{name}"): {"targets": [{"model": "demo/demo"}]},
    ("put", "/salon/v1/prices/{model}"): {"input": "1", "output": "2"},
    ("put", "/salon/v1/providers/{provider_id}/key"): {"api_key": "sk-upstream"},
    ("patch", "/salon/v1/keys/{key_id}"): {"name": "renamed"},
}


async def _plant(address: str) -> None:
    """Give another space rows in every table that a list shows."""
    storage = await open_storage(address)
    await migrate(storage, backup=False)
    accounts, ledger = Accounts(storage), Ledger(storage)
    await accounts.start()
    await ledger.start()
    caller = Caller(kind="owner", space_id=OTHER, rights=OWNER_RIGHTS)

    def write(tx: Transaction) -> None:
        insert_space(tx, SystemScope("tests: another space"), OTHER, kind="team", name=CANARY, now_ms=1)
        audit.record(tx, caller, f"act.{CANARY}", CANARY)
        publish(tx, SpaceScope(OTHER), Event(type="canary.made", subject=CANARY, data={"name": CANARY}))

    await storage.write(write)
    await accounts.create_key(caller, CANARY)
    ledger.record(entry(space_id=OTHER, alias=CANARY, model=CANARY, key_id=None))
    await ledger.close()
    await accounts.close()
    await storage.close()


@pytest.fixture
def house(tmp_path: Path, column: Column) -> Iterator[House]:
    (tmp_path / "data").mkdir(mode=0o700)
    asyncio.run(_plant(column.address(tmp_path / "data")))
    with House(tmp_path / "data", HouseSetup(column=column)) as running:
        running.create_key("mine")
        yield running


def parameters(house: House) -> list[tuple[str, str, str, str]]:
    """Return method, path, and place and name of each parameter there is."""
    document = json.loads(house.get("/salon/v1/openapi.json")[1])
    return [
        (method, path, one["in"], one["name"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for one in operation.get("parameters", ())
        if one["in"] in {"query", "path"}
    ]


def target(path: str, place: str, name: str, payload: str) -> str:
    hostile = quote(payload, safe="")
    if place == "query":
        return f"{path}?{name}={hostile}"
    return path.replace(f"{{{name}}}", hostile)


def listed(house: House) -> dict[str, Any]:
    names = ("keys", "providers", "requests", "audit?limit=500")
    shown = {name: json.loads(house.get(f"/salon/v1/{name}")[1])["items"] for name in names}
    shown["keys"] = [{**key, "last_used_at_ms": None} for key in shown["keys"]]
    return shown


def test_sql_in_any_parameter_is_text(house: House) -> None:
    found = parameters(house)
    assert {
        ("get", "/salon/v1/requests", "query", "cursor"),
        ("get", "/salon/v1/audit", "query", "cursor"),
    } <= set(found)
    before = listed(house)
    assert len(before["keys"]) == 1
    dice = rng("injection: texts")
    for method, path, place, name in found:
        body = BODIES.get((method, path))
        for payload in dice.sample(PAYLOADS, SOME):
            address = target(path, place, name, payload)
            status, answer = house.request(method.upper(), address, body, timeout_s=LONG_S)
            assert status < 500, (method, address, answer)
            assert CANARY.encode() not in answer, (method, address)
    after = listed(house)
    assert (after["keys"], after["providers"]) == (before["keys"], before["providers"])
    kept = {row["hash"] for row in after["audit?limit=500"]}
    assert {row["hash"] for row in before["audit?limit=500"]} <= kept
    assert json.loads(house.request("POST", "/salon/v1/database/check")[1]) == {"ok": True, "problems": []}


def rows_in(status: int, answer: bytes) -> set[str]:
    """Return what a list shows, or all lists of an answer that has several."""
    if status != 200:
        return set()
    told = json.loads(answer)
    lists = [told] if "items" in told else [part for part in told.values() if isinstance(part, dict)]
    return {json.dumps(row, sort_keys=True) for one in lists for row in one["items"]}


def test_a_list_shows_no_more_for_a_hostile_parameter(house: House) -> None:
    dice = rng("injection: lists")
    for method, path, place, name in parameters(house):
        if method != "get" or place != "query" or path == "/salon/v1/events":
            continue
        shown = rows_in(*house.get(path))  # of what has an id in its path, nothing
        for payload in dice.sample(PAYLOADS, SOME):
            answer = house.get(target(path, place, name, payload), timeout_s=LONG_S)
            assert rows_in(*answer) <= shown, (path, payload)


CARRIERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie")


def test_sql_in_any_carrier_of_a_credential_is_a_wrong_one(house: House) -> None:
    before = listed(house)
    for carrier in CARRIERS:
        prefix = {"authorization": "Bearer ", "cookie": "salon_session="}.get(carrier, "")
        for payload in PAYLOADS:
            sent = (
                quote(payload, safe=" '\"()=;*/-,<>|%_")
                if not payload.isascii() or "\0" in payload
                else payload
            )
            for path in ("/v1/models", "/salon/v1/keys"):
                status, answer = house.request(
                    "GET", path, headers={carrier: prefix + sent}, timeout_s=LONG_S
                )
                assert status in {401, 429}, (carrier, payload)
                assert CANARY.encode() not in answer
    assert listed(house) == before


def test_rows_of_the_other_space_are_there(tmp_path: Path, column: Column) -> None:
    """Without them, the tests above would find nothing whatever they did."""
    asyncio.run(_plant(column.address(tmp_path)))
    for name in ("api_keys", "audit_records", "events_outbox", "ledger_requests"):
        assert CANARY in repr(column.rows(tmp_path, f"SELECT * FROM {name}")), name
