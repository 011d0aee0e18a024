"""Whatever misses what the OpenAPI document declares is refused with its field and limit, at each address.

The requests are made from the endpoint table and the document: an address or a field that is added is tried here.
"""

import contextlib
import http.client
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from salon.surfaces.api.endpoints import Endpoint, endpoints
from salon.surfaces.api.openapi import openapi_row
from salon.surfaces.api.routes import routers
from salon.testing.house import House, HouseSetup
from salon.testing.wrong_values import MOST_DEPTH, Wrong, least_query, nested, wrongs_of


def rows() -> list[Endpoint]:
    """Every management row and every one of shared pages."""
    routers()
    openapi_row()
    return [
        row for row in endpoints() if row.path.startswith(("/salon/v1/", "/s/")) and row.summary != "A test."
    ]


class Asker:
    """Asks over one connection, which is opened anew where the house closed it."""

    def __init__(self, house: House) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        sent = {"content-type": "application/json", **(headers or {})}
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        status, said = answer.status, answer.read()
        if answer.will_close:
            self._connection.close()
        return status, json.loads(said) if said.startswith(b"{") else {}

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    setup = HouseSetup(settings={"gateway": {"detect_local": False}})
    with House(tmp_path_factory.mktemp("limits") / "data", setup) as running:
        yield running
        assert "Traceback" not in running.log_text()


@pytest.fixture
def asker(house: House) -> Iterator[Asker]:
    with contextlib.closing(Asker(house)) as one:
        yield one


@pytest.fixture
def file_id(house: House) -> str:
    """A file of the house: what is asked of a file is looked at once there is one."""
    headers = {"content-type": "text/plain"}
    answer = house.exchange("POST", "/salon/v1/files?name=a.txt", content=b"words", headers=headers)
    return json.loads(answer.body)["id"]


def path_of(row: Endpoint, file_id: str = "nothing-here") -> str:
    return re.sub(r"\{[^}]*\}", "nothing-here", row.path.replace("{file_id}", file_id))


def test_a_body_over_its_limit_is_refused_with_the_limit(asker: Asker) -> None:
    writing = [row for row in rows() if row.method in {"POST", "PUT", "PATCH"}]
    assert len(writing) > 60
    for row in writing:
        limit = row.max_body_bytes
        status, said = asker.ask(row.method, path_of(row), None, {"content-length": str(limit + 1)})
        assert (status, said["error"]["code"]) == (413, "too_large"), row.key
        assert said["error"]["fields"] == {"what": "body", "field": "body", "limit_bytes": limit}
        assert str(limit) in said["error"]["message"]


def test_each_wrong_field_is_refused_with_its_name_and_limit(asker: Asker, file_id: str) -> None:
    document = asker.ask("GET", "/salon/v1/openapi.json")[1]
    tried: list[tuple[str, str]] = []
    for row in rows():
        name = re.sub(":path}", "}", row.path)
        query = least_query(document, row.method, name)
        for wrong in wrongs_of(document, row.method, name):
            status, fields = refused(asker, row.method, path_of(row, file_id), query, wrong)
            here = (row.key, wrong.field, wrong.limit, status, fields)
            assert (status, fields.get("field")) == (422, wrong.field), here
            assert fields["problem"] != "It is not valid.", here
            assert wrong.limit is None or wrong.limit in fields["problem"], here
            assert wrong.limit is None or "limit" in fields, here
            tried.append((name, wrong.field))
    assert (len(tried) > 1200, len({name for name, _ in tried}) > 80) == (True, True)


def refused(
    asker: Asker, method: str, path: str, query: dict[str, Any], wrong: Wrong
) -> tuple[int, dict[str, Any]]:
    """Send one wrong value, and return the status and the fields of the refusal."""
    headers, body = {"tus-resumable": "1.0.0"}, None
    if wrong.where == "body":
        body = json.dumps(wrong.value).encode()
    elif wrong.where == "header":
        headers[wrong.field.removeprefix("header.")] = str(wrong.value)
    else:
        query = {**query, wrong.field.removeprefix("query."): wrong.value}
    status, said = asker.ask(method, f"{path}?{urlencode(query, doseq=True)}", body, headers)
    return status, said.get("error", {}).get("fields", {})


BROKEN = {
    b'{"title": "a"': "It is not JSON.",
    b'{"title": "\xff"}': "cannot be read",
    b'{"settings": ' + b"[" * 100_000 + b"]" * 100_000 + b"}": "nested too deep",
}
NOT_KEPT = {
    '{"settings": {"parameters": {"stop": ["\\ud800"]}}}': "whole characters",
    '{"settings": {"\\ud800": 1}}': "whole characters",
    '{"settings": {"x": 1e999}}': "finite",
    '{"settings": {"x": 18446744073709551616}}': "64 bits",
    '{"settings": {"x": NaN}}': "finite",
    '{"title": "\\ud800"}': "whole characters",
}


def test_what_cannot_be_read_or_kept_is_refused_with_the_reason(asker: Asker) -> None:
    for body, reason in BROKEN.items():
        status, said = asker.ask("POST", "/salon/v1/conversations", body)
        assert (status, said["error"]["fields"]["field"]) == (400, "body")
        assert reason in said["error"]["message"]
    for text, reason in NOT_KEPT.items():
        status, said = asker.ask("POST", "/salon/v1/conversations", text.encode())
        assert (status, reason in said["error"]["message"]) == (422, True), text
    assert asker.ask("GET", "/salon/v1/conversations")[1]["items"] == []


def test_what_is_nested_as_deep_as_may_be_is_shown_everywhere(asker: Asker) -> None:
    settings = {"x": nested(MOST_DEPTH - 1)}
    status, made = asker.ask("POST", "/salon/v1/conversations", json.dumps({"settings": settings}).encode())
    assert (status, made["settings"]) == (201, settings)
    path = f"/salon/v1/conversations/{made['id']}"
    assert asker.ask("GET", path)[1]["settings"] == settings
    assert asker.ask("GET", "/salon/v1/conversations")[1]["items"][0]["settings"] == settings
    body = json.dumps({"conversation_ids": [made["id"]]}).encode()
    assert asker.ask("POST", "/salon/v1/exports/download", body)[0] == 200
    assert asker.ask("DELETE", f"{path}?verb=erase")[0] == 200


LIMITS_OF_SERVICES = [
    ("POST", "folders", {"name": "  "}, "name", 100),
    ("POST", "templates", {"name": "  "}, "name", 100),
    ("POST", "acts", {"act": "tag", "ids": ["cnv_1"], "tags": ["  "]}, "tags", 100),
    ("POST", "prompts", {"name": "  ", "text": "words"}, "name", 100),
    ("POST", "prompts", {"name": "prm_1", "text": "words"}, "name", 100),
    ("POST", "conversations/{conversation}/branches", {"name": "  "}, "name", 100),
    ("POST", "exports/download", {"conversation_ids": ["cnv_1", "cnv_1"]}, "conversation_ids", 1000),
    ("POST", "prompts/p/render", {"values": {"topic": "x" * 100_001}}, "values.topic", 100_000),
    ("POST", "prompts/p/render", {"values": {"topic": 1}}, "values.topic", 100_000),
    ("POST", "prompts/p/render", {"values": {"other": "x"}}, "values.other", None),
    ("POST", "prompts/p/render", {"values": {}}, "values.topic", None),
]
"""What an address takes by its document, and the service behind it does not."""


def test_what_a_service_refuses_is_told_with_field_and_limit(asker: Asker) -> None:
    conversation = asker.ask("POST", "/salon/v1/conversations", b"{}")[1]["id"]
    variable = {"name": "topic", "kind": "text", "is_required": True}
    prompt = {"name": "p", "text": "About {{topic}}.", "variables": [variable]}
    assert asker.ask("POST", "/salon/v1/prompts", json.dumps(prompt).encode())[0] == 201
    for method, path, body, field, limit in LIMITS_OF_SERVICES:
        address = f"/salon/v1/{path.format(conversation=conversation)}"
        status, said = asker.ask(method, address, json.dumps(body).encode())
        fields = said["error"]["fields"]
        assert (status, fields.get("field"), fields.get("limit")) == (422, field, limit), (path, said)
    assert asker.ask("DELETE", f"/salon/v1/conversations/{conversation}?verb=erase")[0] == 200
