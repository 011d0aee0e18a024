"""``salon keys``: made, limited, rotated, revoked."""

import json

from salon.testing.house import House


def test_new_key_is_printed_alone_and_works_until_it_is_revoked(house: House) -> None:
    secret = house.ok("keys", "create", "script", "--rpm", "100").strip()
    assert secret.startswith("sk-salon-")
    assert "\n" not in secret
    headers = {"authorization": f"Bearer {secret}"}
    body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
    assert house.request("POST", "/v1/chat/completions", body, headers=headers)[0] == 200
    assert secret not in house.ok("--json", "keys", "list")
    house.ok("keys", "revoke", "script")
    assert house.request("POST", "/v1/chat/completions", body, headers=headers)[0] == 401


def test_a_key_is_given_the_rights_it_is_to_have(house: House) -> None:
    house.ok("keys", "create", "keeps", "--right", "models.use", "--right", "conversations.use")
    (key,) = (one for one in json.loads(house.ok("keys", "list", "--json")) if one["name"] == "keeps")
    assert key["rights"] == ["conversations.use", "models.use"]


def test_key_limits_are_changed_one_by_one(house: House) -> None:
    house.ok("keys", "create", "limited", "--rpm", "10", "--budget", "5.00", "--per", "month")
    house.ok("keys", "update", "limited", "--rpm", "20")
    limits = next(key for key in json.loads(house.ok("--json", "keys")) if key["name"] == "limited")["limits"]
    assert (limits["requests_per_minute"], limits["budget_e10"]) == (20, 50_000_000_000)


def test_rotated_key_is_another_one(house: House) -> None:
    first = house.ok("keys", "create", "rotated").strip()
    assert house.ok("keys", "rotate", "rotated").strip() != first


def test_rotation_without_grace_ends_the_old_key(house: House) -> None:
    first = house.ok("keys", "create", "ended").strip()
    second = house.ok("keys", "rotate", "ended", "--grace", "0").strip()
    reached = [
        house.salon("--url", house.url, "--api-key", key, "ask", "-m", "demo", "hi")
        for key in (first, second)
    ]
    assert [done.returncode for done in reached] == [5, 0]
    assert house.salon("keys", "rotate", "ended", "--grace", "-1").returncode == 2
