"""``salon batches``: list, show and stop."""

import json

from salon.testing.batches import request, until
from salon.testing.house import House


def _hand_in(house: House, count: int) -> str:
    lines = [request(f"line-{number}", model="demo") for number in range(count)]
    status, body = house.request("POST", "/v1/messages/batches", {"requests": lines})
    assert status == 200, body
    return json.loads(body)["id"]


def test_batches_are_listed_shown_and_stopped(house: House) -> None:
    assert "docs/batches.md" in house.salon("batches").stderr
    first, second = _hand_in(house, 2), _hand_in(house, 3)
    shown = until(lambda: house.ok("batches", "show", second), lambda text: "completed" in text)
    assert "/v1/messages" in shown
    page = json.loads(house.ok("--json", "batches", "list", "--limit", "1"))
    assert [(item["id"], item["succeeded"]) for item in page["items"]] == [(second, 3)]
    assert first in house.ok("batches", "list", "--cursor", page["next"])
    stopped = house.salon("batches", "cancel", second)
    assert stopped.returncode != 0
    assert "has ended" in stopped.stderr
    assert house.salon("batches", "show", "msgbatch_none").returncode != 0


def test_a_batch_is_stopped(house: House) -> None:
    batch_id = _hand_in(house, 20_000)
    assert "stops" in house.salon("batches", "cancel", batch_id).stderr
    shown = until(
        lambda: house.ok("batches", "show", batch_id), lambda text: "cancelled" in text.split("\n")[1]
    )
    assert "20\u202f000" in shown or "20000" in shown
