"""``salon payloads``: kept, shown, replayed, removed."""

import json
import time

import pytest

from salon.testing.house import House


def test_payloads_are_kept_shown_replayed_and_removed(house: House) -> None:
    secret = house.ok("keys", "create", "heard").strip()
    headers = {"authorization": f"Bearer {secret}"}
    body = {
        "model": "demo",
        "messages": [{"role": "user", "content": "demo:echo sk-abcdefghijklmnop refund"}],
    }
    assert "off" in house.salon("payloads", "rules").stderr
    house.ok("payloads", "on", "help", "--key", "heard", "--keep", "2", "--hide", "refu.d")
    (rule,) = json.loads(house.ok("--json", "payloads", "rules"))
    assert (rule["target_name"], rule["keep_days"], rule["patterns"]) == ("heard", 2, ["refu.d"])
    assert house.request("POST", "/v1/chat/completions", body, headers=headers)[0] == 200
    assert house.request("POST", "/v1/chat/completions", body)[0] == 200
    until_s = time.monotonic() + 30
    while not (items := json.loads(house.ok("--json", "payloads", "list", "--key", "heard"))["items"]):
        assert time.monotonic() < until_s
    (row,) = items
    shown = house.ok("payloads", "show", row["id"])
    assert "demo:echo [hidden] [hidden]" in shown
    assert "abcdefghijklmnop" not in shown
    assert row["id"] in house.ok("payloads", "list", "--search", "demo:ECHO")
    assert "[hidden]" in house.ok("payloads", "replay", row["id"], "-m", "demo")
    house.ok("payloads", "remove", row["id"])
    assert house.salon("payloads", "show", row["id"]).returncode != 0
    house.ok("payloads", "off", "help")
    house.ok("payloads", "remove", "--all")
    assert "payloads.rule-set" in house.request("GET", "/salon/v1/audit")[1].decode()


@pytest.mark.parametrize(
    "words",
    [
        ("payloads", "on", "x"),
        ("payloads", "on", "x", "--space", "--key", "y"),
        ("payloads", "on", "x", "--key", "nobody"),
        ("payloads", "on", "x", "--space", "--hide", "("),
        ("payloads", "remove"),
        ("payloads", "show", "pld_nothing"),
    ],
)
def test_payload_command_that_cannot_be_meant_is_refused(house: House, words: tuple[str, ...]) -> None:
    answer = house.salon(*words)
    assert answer.returncode != 0
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr
