"""``salon requests`` and ``salon usage``: what was asked, and what it took."""

import json
import time

from salon.testing.house import House


def test_usage_and_requests_show_what_was_asked(house: House) -> None:
    for text in ("count me", "and me"):
        house.ok("ask", "-m", "demo", text)
    assert json.loads(house.ok("--json", "usage"))["items"][0]["requests"] > 0
    newest = json.loads(house.ok("--json", "requests", "--limit", "1"))
    assert newest["items"][0]["asked_model"] == "demo"
    assert newest["next"]
    request_id = newest["items"][0]["request_id"]
    shown = house.ok("requests", "show", request_id)
    assert request_id in shown
    assert "demo" in shown
    assert json.loads(house.ok("--json", "requests", "show", request_id))["tried"][0]["number"] == 1
    assert "There is no request req_none" in house.salon("requests", "show", "req_none").stderr


def test_a_request_shows_what_was_lost_on_its_way(house: House) -> None:
    asked = {"model": "demo", "input": "hi", "store": False, "truncation": "auto"}
    assert house.request("POST", "/v1/responses", asked)[0] == 200
    newest = json.loads(house.ok("--json", "requests", "--limit", "1"))["items"][0]
    assert newest["lost"] == ["truncation"]
    shown = " ".join(house.ok("requests", "show", newest["request_id"]).split())
    assert "lost on the way truncation" in shown


def test_requests_name_their_kind_and_the_next_page(house: House) -> None:
    for text in ("first", "second"):
        house.ok("ask", "-m", "demo", text)
    house.ok("embed", "-m", "demo", "a vector")
    done = house.salon("requests", "list", "--limit", "1")
    assert "\tembeddings\t" in done.stdout
    assert "There are more: --cursor " in done.stderr
    cursor = done.stderr.split("--cursor ")[1].strip()
    assert "\tchat\t" in house.salon("requests", "--cursor", cursor, "--limit", "1").stdout
    assert "--limit" in house.ok("requests", "list", "--help")
    assert house.ok("requests") == house.ok("requests", "list")


def test_usage_is_grouped_by_several_things_and_split_by_class(house: House) -> None:
    body = {"model": "demo", "messages": [{"role": "user", "content": "demo:think hi"}]}
    assert house.request("POST", "/v1/chat/completions", body)[0] == 200
    until_s = time.monotonic() + 30
    while "reasoning" not in house.ok("usage", "--tokens"):  # rows are written some milliseconds later
        assert time.monotonic() < until_s
    answer = json.loads(house.ok("--json", "usage", "--by", "provider", "--by", "price", "--tokens"))
    assert answer["group_by"] == "provider,price"
    assert any(row["groups"][0] == "demo" and "built in" in row["groups"][1] for row in answer["items"])
    assert house.request("GET", "/salon/v1/usage?group_by=model,colour")[0] == 422
    course = "/salon/v1/usage/course?since_ms=1700000000000&until_ms=2000000000000&step=month"
    status, body = house.request("GET", course)
    assert status == 200
    found = json.loads(body)
    latency = found["times"]["duration"]
    assert 0 <= latency["p50_ms"] <= latency["p95_ms"] <= latency["p99_ms"]
    assert found["steps"][0]["duration"] == latency
    assert " ms" in house.ok("usage")
    assert house.request("GET", course.replace("month", "hour"))[0] == 400
