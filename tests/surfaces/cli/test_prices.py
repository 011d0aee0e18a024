"""``salon prices``: set, shown, removed."""

import json

import pytest

from salon.testing.house import House


def test_price_is_set_shown_and_removed(house: House) -> None:
    rates = ("--input", "1.25", "--output", "10", "--cached", "0.5", "--image", "0.04")
    house.ok("prices", "set", "demo/demo", *rates, "--picture", "quality=hd,image=0.08")
    (row,) = json.loads(house.ok("--json", "prices"))
    assert (row["model"], row["input"], row["output"], row["source"]) == ("demo/demo", "1.25", "10", "api")
    shown = next(one for one in json.loads(house.ok("--json", "models")) if one["id"] == "demo")
    assert (shown["input_price"], shown["output_price"]) == ("1.25", "10")
    assert shown["piece_prices"] == {"image": "0.04", "image hd": "0.08"}
    assert house.salon("prices", "set", "demo/demo", "--input", "-1", "--output", "cheap").returncode != 0
    house.ok("prices", "remove", "demo/demo")
    assert json.loads(house.ok("--json", "prices")) == []
    assert "not_found" in house.request("DELETE", "/salon/v1/prices/demo/demo")[1].decode()


def test_price_has_classes_tiers_services_and_dates(house: House) -> None:
    house.ok("prices", "set", "lab/m", "--free")
    house.ok(
"prices", "set", "lab/m", "--input", "1", "--output", "2", "--cache-write-1h", "2",
        "--request", "0.005", "--picture", "size=1792x1024,quality=hd,image=0.12", "--megapixel", "0.0027",
        "--tier", "200000:input=2,output=3", "--service", "batch=0.5",
        "--service", "priority:input=4,output=8", "--currency", "EUR", "--from", "2030-01-01",
    )  # fmt: skip
    now, later = json.loads(house.ok("--json", "prices"))
    assert (now["input"], now["is_past"]) == ("0", False)
    assert (later["starts"], later["currency"], later["request"]) == ("2030-01-01", "EUR", "0.005")
    assert later["images"] == [{"size": "1792x1024", "quality": "hd", "image": "0.12"}]
    assert later["megapixel"] == "0.0027"
    assert [tier["above"] for tier in later["tiers"]] == [200_000]
    rates = [(one["name"], one["above"], one["input"]) for one in later["services"]]
    assert rates == [("batch", 0, "0.5"), ("batch", 200_000, "1"), ("priority", 0, "4")]
    house.ok("prices", "set", "lab/m", "--input", "3", "--output", "3")
    assert [row["input"] for row in json.loads(house.ok("--json", "prices"))] == ["3", "1"]
    assert len(json.loads(house.ok("--json", "prices", "list", "--all"))) == 3
    house.ok("prices", "remove", "lab/m", "--from", "2030-01-01")
    assert [row["input"] for row in json.loads(house.ok("--json", "prices"))] == ["3"]
    house.ok("prices", "remove", "lab/m")


@pytest.mark.parametrize(
    "words",
    [
        ("--input", "1"),
        ("--free", "--input", "1"),
        ("--input", "1", "--output", "1", "--tier", "input=2"),
        ("--input", "1", "--output", "1", "--tier", "10:colour=2,input=1,output=1"),
        ("--input", "1", "--output", "1", "--service", "batch"),
        ("--input", "1", "--output", "1", "--picture", "1024x1024"),
        ("--input", "1", "--output", "1", "--picture", "image=1"),
        ("--input", "1", "--output", "1", "--picture", "size=big,image=1"),
        ("--input", "1", "--output", "1", "--from", "soon"),
    ],
)
def test_price_that_cannot_be_meant_is_refused_in_a_sentence(house: House, words: tuple[str, ...]) -> None:
    answer = house.salon("prices", "set", "lab/m", *words)
    assert answer.returncode != 0
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr
    assert json.loads(house.ok("--json", "prices")) == []
