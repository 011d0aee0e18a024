"""Requests to every address of conversations with an id in one place, and what stands in each place."""

import re
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlencode

from salon.gateway.protocols.wire_json import is_list, is_object
from salon.testing.house import HouseAnswer
from salon.testing.id_places import Place
from salon.testing.inhabitant import Inhabitant

WORDS = {
    "address", "author", "default", "description", "filename", "if-match", "kind", "label", "last-event-id",
    "link",
    "model", "models", "name", "note", "options", "participant_id", "purpose", "q", "search", "tags", "text",
    "title", "token", "upload-checksum", "upload-length", "upload-metadata", "upload-offset", "values",
    "words",
}  # fmt: skip
"""Places where no id of a row stands: words, numbers, names within what the address names, and links, which
open what they show for whoever has them."""
IDS: Mapping[str, tuple[str, ...]] = {
    "after": ("message",), "base": ("message", "branch"), "batch_id": ("batch",), "before": ("message",),
    "branch": ("branch",), "branch_id": ("branch", "held_branch"),
    "conversation": ("conversation",), "conversation_id": ("conversation", "held"),
    "conversation_ids": ("conversation",), "export_id": ("export",), "file_id": ("file",),
    "first_id": ("message",), "folder": ("folder",), "folder_id": ("folder",), "head_id": ("message",),
    "id": ("message",), "ids": ("conversation",), "import_id": ("import",), "last": ("branch", "message"),
    "last_id": ("message",), "left": ("branch", "message"), "message_id": ("message", "answer"),
    "messages": ("message", "answer"), "move_id": ("move",), "order": ("queued",),
    "other_branch_id": ("side",), "parent_id": ("folder", "message"), "prompt": ("prompt",),
    "queued_id": ("queued",), "right": ("side", "answer"), "run_id": ("run", "stalled"),
    "share_id": ("share",), "tag": ("tag",), "tag_id": ("tag",), "template_id": ("template",),
    "undo_id": ("act",), "upload_id": ("upload",), "parts[]?": ("file",),
}  # fmt: skip
"""What stands in a place of this name, whose ids of the other space are tried there."""
ACTS = {"client_id", "idempotency-key"}
"""Where a client's own id of an act stands: each space has its own."""
AUTHORS = ("author.id", "POST /conversations/{conversation_id}/participants body.id")
"""Names of people, personas and models, as a program says them: nothing is looked up by them."""
OPAQUE = {"settings?"}
"""Any JSON, of which the house reads only what ``Settings`` names: no id is among it."""
UNSHOWN = {"GET /files/{file_id}/image": 422, "GET /s/{token}/files/{name}": 404}
"""What a text has no picture of, and a page without files has not."""
CURSORS = {"cursor"}
"""Where a list goes on: whatever is said there, the list is of one's own."""

BODIES: Mapping[str, Any] = {
    "POST /acts": {"act": "pin", "ids": ["$conversation"]},
    "POST /acts body.filter.folder_id": {"act": "pin", "filter": {"folder_id": "$folder"}},
    "POST /acts body.filter.tag": {"act": "pin", "filter": {"tag": "$tag"}},
    "POST /acts body.folder_id": {"act": "move", "ids": ["$conversation"], "folder_id": "$folder"},
    "PATCH /conversation-defaults": {"settings": {}},
    "POST /conversations/{conversation_id}/branches": {"name": "new", "head_id": "$message"},
    "POST /conversations/{conversation_id}/branches/{branch_id}/move": {"head_id": "$answer"},
    "POST /conversations/{conversation_id}/branches/{branch_id}/undo": {},
    "POST /conversations/{conversation_id}/bridge": {"other_branch_id": "$side"},
    "POST /conversations/{conversation_id}/merge": {"name": "merged", "messages": ["$message"]},
    "POST /conversations/{conversation_id}/messages": {"messages": [{"text": "x"}]},
    "POST /conversations/{conversation_id}/messages body.messages[].parts[]?": {},
    "POST /conversations/{conversation_id}/messages/{message_id}/edit body.message.parts[]?": {},
    "POST /conversations/{conversation_id}/messages/{message_id}/edit": {"message": {"text": "x"}},
    "POST /conversations/{conversation_id}/participants": {"kind": "person", "id": "somebody"},
    "PUT /conversations/{conversation_id}/queue": {"branch_id": "$held_branch", "order": ["$queued"]},
    "POST /conversations/{conversation_id}/send": {"text": "x"},
    "PATCH /conversations/{conversation_id}/settings": {"settings": {}},
    "POST /conversations/{conversation_id}/what-if": {
        "message_id": "$message",
        "branch_id": "$side",
        "text": "x",
    },
    "POST /exports body.filter.folder_id": {"filter": {"folder_id": "$folder"}},
    "POST /exports body.filter.tag": {"filter": {"tag": "$tag"}},
    "POST /exports/download body.filter.folder_id": {"filter": {"folder_id": "$folder"}},
    "POST /exports/download body.filter.tag": {"filter": {"tag": "$tag"}},
    "POST /exports body.branch_id": {"conversation_ids": ["$conversation"], "format": "markdown"},
    "POST /exports/download body.branch_id": {"conversation_ids": ["$conversation"], "format": "markdown"},
    "POST /exports": {"conversation_ids": ["$conversation"]},
    "POST /exports/download": {"conversation_ids": ["$conversation"]},
    "POST /folders": {"name": "new"},
    "POST /imports": {"file_id": "$file"},
    "POST /messages/{message_id}/edit-and-send": {"text": "x"},
    "POST /prompts": {"name": "new", "text": "x"},
    "POST /prompts/{prompt}/versions": {"text": "x"},
    "PATCH /queue/{queued_id}": {"text": "x"},
    "POST /shares body.message_id": {"conversation_id": "$conversation", "kind": "path"},
    "POST /shares": {"conversation_id": "$conversation"},
    "POST /shares/copy": {"link": "$link"},
    "PATCH /tags/{tag_id}": {"name": "renamed"},
    "POST /templates": {"name": "new"},
}
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "POST /messages/{message_id}/continue": {"message_id": "$answer"},
    "GET /messages/{message_id}/request": {"message_id": "$answer"},
    "GET /conversations/{conversation_id}/queue": {"conversation_id": "$held"},
    "PUT /conversations/{conversation_id}/queue": {"conversation_id": "$held"},
}
"""What an address names, where it is not the usual one of its kind."""
"""What a good request says at least: ``$kind`` stands for an id. Without a line it is ``{}``."""
_SOURCES = {"sources": [{"kind": "quote", "id": "$message", "conversation_id": "$conversation"}]}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "GET /conversations/{conversation_id}/diff": {"left": "$branch", "right": "$side"},
    "GET /search": {"q": "cobalt"},
    "GET /search/titles": {"q": "cobalt"},
    "POST /imports/upload": {"filename": "a.json"},
}


def name_of(method: str, path: str) -> str:
    """Return what a row is called here: its method, and its path below ``/salon/v1``."""
    return f"{method} {re.sub(r':path}', '}', path.removeprefix('/salon/v1'))}"


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """Put ids where their kinds stand."""
    if is_object(value):
        return {name: filled(one, ids) for name, one in value.items()}
    if is_list(value):
        return [filled(one, ids) for one in value]
    return ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def put(value: Any, way: list[str], what: Any) -> Any:
    """Put something at the end of a way through a body; of a list it becomes the only one."""
    if not way:
        return what
    name, rest = way[0], way[1:]
    if name == "[]":
        return [put(value[0] if value else {}, rest, what)]
    known: Mapping[str, Any] = value or {}
    return {**known, name: put(known.get(name), rest, what)}


class Request:
    """One request: where an id of the other space stands, and everything else one's own."""

    def __init__(self, method: str, path: str, place: Place | None = None) -> None:
        """Make a good request to a row of the endpoint table, to be changed in one ``place``."""
        self.name = name_of(method, path)
        self.method = method
        self.address = path
        here = f"{self.name} {place.where}.{place.name}" if place else self.name
        self.body = BODIES.get(here, BODIES.get(self.name, {}))
        if place and "sources" in place.name:
            way = ["messages", "[]"] if "messages" in place.name else ["message"]
            self.body = put({}, way, {"text": "x", **_SOURCES})
        self.query: dict[str, str] = dict(QUERIES.get(self.name, {}))
        self.headers: dict[str, str] = {}
        self.path: dict[str, str] = {}
        for leaf in re.findall(r"\{(\w+)", path):
            usual = {"kind": "person", "token": "$token"}.get(leaf, "0-0")
            self.path[leaf] = f"${IDS[leaf][0]}" if leaf in IDS else usual
        self.path |= ELSEWHERE.get(self.name, {})

    def with_id(self, place: Place, value: str) -> Self:
        """Put an id into a place, and return the request."""
        if place.where == "body":
            what: Any = {"kind": "file", "media_type": "text/plain", "file_id": value}
            is_part = place.name.endswith("?")
            if is_part and "text" in self.body:
                self.body = {name: one for name, one in self.body.items() if name != "text"}
            way = re.sub(r"\[\]", ".[]", place.name.removesuffix("?")).split(".")
            self.body = put(self.body, way, what if is_part else value)
        else:
            getattr(self, {"header": "headers"}.get(place.where, place.where))[place.name] = value
        return self

    def path_with(self, ids: Mapping[str, str]) -> str:
        """Return its address with ids of these kinds in it."""
        path = self.address
        for leaf, value in filled(self.path, ids).items():
            path = re.sub(rf"\{{{leaf}(:path)?\}}", quote(value, safe=""), path)
        return path

    def ask(self, who: Inhabitant, ids: Mapping[str, str]) -> HouseAnswer:
        """Send it, with ids of these kinds where none was put."""
        path = self.path_with(ids)
        query = f"?{urlencode(filled(self.query, ids))}" if self.query else ""
        is_json = self.method in {"POST", "PUT", "PATCH"} and "upload" not in self.address
        is_json = is_json and self.name != "POST /files"
        body = filled(self.body, ids) if is_json else None
        headers = {"upload-offset": "0", "upload-length": "9", **self.headers}
        if "/uploads" in path and self.method == "PATCH":
            headers["content-type"] = "application/offset+octet-stream"
        return who.ask(self.method, path + query, body, headers=headers)
