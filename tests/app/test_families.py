"""A key cannot multiply its limits by making keys: what a family uses counts against all above."""

import json
from pathlib import Path
from typing import Any

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

MANAGER = ["models.use", "keys.manage"]


def make_key(house: House, name: str, *, by: str | None = None, **body: Any) -> str:
    headers = {} if by is None else {"authorization": f"Bearer {by}"}
    status, answer = house.request("POST", "/salon/v1/keys", {"name": name, **body}, headers=headers)
    assert status == 201, answer
    return json.loads(answer)["secret"]


def chat(house: House, key: str) -> int:
    body = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}
    return house.request("POST", "/v1/chat/completions", body, headers={"authorization": f"Bearer {key}"})[0]


def test_children_share_the_requests_of_their_maker(tmp_path: Path, column: Column) -> None:
    with House(tmp_path / "data", HouseSetup(column=column)) as house:
        parent = make_key(house, "parent", rights=MANAGER, limits={"requests_per_minute": 6})
        children = [make_key(house, f"child {n}", by=parent, rights=MANAGER) for n in range(2)]
        grandchild = make_key(house, "grandchild", by=children[0])
        family = [parent, *children, grandchild]
        answers = [chat(house, key) for _ in range(4) for key in family]
        assert answers.count(200) == 6
        assert answers.count(429) == 10
        other = make_key(house, "other", limits={"requests_per_minute": 1})
        assert chat(house, other) == 200
