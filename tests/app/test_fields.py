"""No field and no number of somebody else's gives more than the caller has, over the wire.

The table of ids below is complete: a route with a new one fails here until its case is written.
"""

import contextlib
import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

IDS = {
    "key_id": "a key manages only those it made: below",
    "provider_id": "providers are for those with providers.manage: every row and carrier is tried",
    "name": "aliases and error names have no owner below the space",
    "model": "prices have no owner below the space",
    "key": "settings are those of the whole house, for those with system.read",
    "file_id": "files are each in their space: foundation/files",
    "upload_id": "uploads are each in their space: foundation/files",
    "batch_id": "batches are each in their space: gateway/batches",
    "payload_id": "payloads are for those with system.manage, each in their space: gateway/payloads",
    "request_id": "requests are for those with usage.read, each in their space: foundation/ledger",
    "conversation_id": "conversations are each in their space: features/conversations/tree",
    "branch_id": "branches are each in their space: features/conversations/tree",
    "message_id": "messages are each in their space: features/conversations/tree and answering",
    "kind": "with participant_id: a participant is of a conversation of one space",
    "participant_id": "participants are each in their space: features/conversations/tree",
    "queued_id": "what waits is in its space: features/conversations/answering",
    "run_id": "runs are each in their space: foundation/runs and surfaces/api/runs",
    "folder_id": "folders are each in their space: features/conversations/sorting",
    "tag_id": "tags are each in their space: features/conversations/sorting",
    "template_id": "templates are each in their space: features/conversations/sorting",
    "undo_id": "acts are taken back in their space: features/conversations/sorting",
    "prompt": "prompts are each in their space: features/conversations/prompts",
    "share_id": "shares are each in their space: features/conversations/shares",
    "export_id": "exports are each in their space: features/conversations/exchange",
    "import_id": "imports are each in their space: features/conversations/exchange",
    "token": "a sign-in link is itself the credential",
}
RAISED = {
    "id": "key_chosen", "space_id": "spc_other", "person_id": "per_other", "parent_id": None, "created_by": "me",
    "secret": "sk-salon-chosen", "secret_hash": "00", "role": "owner", "kind": "system", "is_admin": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("fields") / "data", HouseSetup(column=module_column)) as running:
        yield running


def _ask(house: House, method: str, path: str, value: Any = None, *, key: str = "") -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    status, body = house.request(method, f"/salon/v1/{path}", value, headers=headers)
    return status, json.loads(body)


def _document(house: House) -> Any:
    return _ask(house, "GET", "openapi.json")[1]


def test_every_id_in_an_address_has_a_case(house: House) -> None:
    paths = [path for path in _document(house)["paths"] if path.startswith(("/salon/", "/signin/"))]
    found = {name for path in paths for name in re.findall(r"\{(\w+)(?::path)?\}", path)}
    assert found <= IDS.keys(), "say who may use the new one, and try it as somebody else"


def test_no_body_takes_a_field_it_does_not_know(house: House) -> None:
    document = _document(house)
    schemas = document["components"]["schemas"]
    bodies = {
        name
        for path, methods in document["paths"].items()
        if path.startswith("/salon/v1/")
        for operation in methods.values()
        for name in re.findall(r"schemas/(\w+)", json.dumps(operation.get("requestBody", {})))
    }
    assert "NewKeyBody" in bodies
    open_ones = [name for name in sorted(bodies) if schemas[name].get("additionalProperties") is not False]
    assert open_ones == []


def test_a_key_gives_itself_and_others_nothing_it_lacks(house: House) -> None:
    _, manager = _ask(house, "POST", "keys", {"name": "manager", "rights": ["keys.manage", "models.use"]})
    _, other = _ask(house, "POST", "keys", {"name": "other"})
    secret, mine, theirs = manager["secret"], manager["key"]["id"], other["key"]["id"]
    for right in ("system.manage", "providers.manage", "usage.read", "system.read"):
        body = {"name": f"more {right}", "rights": [right]}
        assert _ask(house, "POST", "keys", body, key=secret)[0] == 403, right
    for field, value in RAISED.items():
        assert _ask(house, "POST", "keys", {"name": "x", field: value}, key=secret)[0] in {400, 422}, field
    for key_id in (mine, theirs):
        assert _ask(house, "PATCH", f"keys/{key_id}", {"name": "taken"}, key=secret)[0] == 404
        assert _ask(house, "POST", f"keys/{key_id}/rotate", {}, key=secret)[0] == 404
        assert _ask(house, "DELETE", f"keys/{key_id}", key=secret)[0] == 404
    assert {key["name"] for key in _ask(house, "GET", "keys")[1]["items"]} == {"manager", "other"}


def test_files_of_the_house_are_not_on_the_web(house: House) -> None:
    """What is asked for by a path that climbs is refused or is the page's own document."""
    climbing = [
        "../",
        "..%2f",
        "%2e%2e/",
        "..%5c",
        "....//",
        "..;/",
        "%252e%252e%252f",
        "/",
        "%00/",
        "assets/../../",
    ]
    for target in ("salon.db", "salon.toml", "master.key", "secret.key", "etc/passwd", "proc/self/environ"):
        for up in climbing:
            for times in (1, 6):
                path = f"/{up * times}{target}"
                status, body = house.request("GET", path)
                assert status in {400, 403, 404, 421} or b"<!doctype html" in body[:100].lower(), path
                assert b"root:" not in body, path
    assert Path(house.data_dir / "salon.db").is_file() == house.setup.column.is_sqlite
    assert Path(house.data_dir / "master.key").is_file()


@pytest.mark.parametrize(
    "place", ["/etc/salon-backup.db", "backups/../../x.db", "{data}/../x.db", "{data}/salon.toml", "\0"]
)
def test_a_backup_goes_where_only_the_machine_itself_says(house: House, place: str) -> None:
    target = place.format(data=house.data_dir)
    status, answer = _ask(house, "POST", "database/backup", {"path": target})
    assert status == 400
    assert answer["error"]["fields"]["field"] == "path"
    assert not (house.data_dir.parent / "x.db").exists()


@pytest.mark.parametrize("depth", [2_000, 100_000])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[", "]"), ("[", ""), ('{"a":', "}"), ('{"name":[', "]}"), ('{"limits":{"models":[', "]}}")],
)
def test_a_body_nested_without_end_is_a_mistake_and_nothing_more(
    house: House, opening: str, closing: str, depth: int
) -> None:
    body = (opening * depth + "1" + closing * depth).encode()[: 1024 * 1024]
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    with contextlib.closing(connection):
        for path in ("/salon/v1/keys", "/v1/chat/completions", "/v1/messages", "/v1/responses"):
            connection.request("POST", path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            assert (answer.status, b"rror" in answer.read()) == (400, True), path
