"""Exports as ChatGPT writes them, made up: one with everything in it, ZIPs, and large ones."""

import base64
import io
import json
import random
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def chatgpt_node(
    own: str, parent: str | None, role: str, content: Any, children: tuple[str, ...] = (), **message: Any
) -> Json:
    """Return a node of ChatGPT's mapping; ``content`` is text or a content object."""
    spoken = {"content_type": "text", "parts": [content]} if isinstance(content, str) else content
    metadata = message.pop("metadata", {})
    return {
        "id": own,
        "parent": parent,
        "children": list(children),
        "message": {
            "id": own,
            "author": {"role": role, "name": message.pop("name", None), "metadata": {}},
            "create_time": message.pop("create_time", 1756000001.5),
            "update_time": None,
            "content": spoken,
            "status": message.pop("status", "finished_successfully"),
            "end_turn": True,
            "weight": 1.0,
            "metadata": metadata,
            "recipient": message.pop("recipient", "all"),
            "channel": None,
            **message,
        },
    }


def chatgpt(own_id: str, nodes: list[Json], current: str, **fields: Any) -> Json:
    """Return a conversation of ChatGPT's of ``nodes``, below a root without a message."""
    root = {"id": "root", "message": None, "parent": None, "children": [nodes[0]["id"]]}
    return {
        "title": f"Talk {own_id}",
        "create_time": 1756000000.25,
        "update_time": 1756000400.5,
        "mapping": {"root": root, **{node["id"]: node for node in nodes}},
        "moderation_results": [],
        "current_node": current,
        "conversation_id": own_id,
        "id": own_id,
        "default_model_slug": "gpt-5",
        "is_archived": False,
        **fields,
    }


def chatgpt_rich(own_id: str = "rich") -> Json:
    """Return one with instructions, thoughts, code, browsing, a picture, an edit and a second answer."""
    image = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_0000000012345678abcd"}
    quote = {"content_type": "tether_quote", "url": "https://a.example/", "title": "A", "text": "seen"}
    context = {"content_type": "user_editable_context", "user_profile": "SRE", "user_instructions": "Short."}
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "Plan", "content": "First this"}]}
    code = {"content_type": "code", "language": "python", "text": "print(1)"}
    output = {"content_type": "execution_output", "text": "1"}
    hidden = {"is_user_system_message": True, "is_visually_hidden_from_conversation": True}
    model = {"model_slug": "gpt-5-thinking"}
    nodes = [
        chatgpt_node("ctx", "root", "user", context, ("u1", "u1b"), metadata=hidden, create_time=None),
        chatgpt_node(
            "u1", "ctx", "user", {"content_type": "multimodal_text", "parts": [image, "What?"]}, ("t1",)
        ),
        chatgpt_node("t1", "u1", "assistant", thoughts, ("c1",), metadata=model),
        chatgpt_node("c1", "t1", "assistant", code, ("o1",), recipient="python", metadata=model),
        chatgpt_node("o1", "c1", "tool", output, ("a1",), name="python"),
        chatgpt_node("a1", "o1", "assistant", "One.", ("u2",), metadata=model),
        chatgpt_node("u2", "a1", "user", "Look it up", ("q1", "a2")),
        chatgpt_node("q1", "u2", "tool", quote, ("a3",), name="browser"),
        chatgpt_node("a3", "q1", "assistant", "Seen.", metadata=model),
        chatgpt_node("a2", "u2", "assistant", "No.", metadata=model),
        chatgpt_node("u1b", "ctx", "user", "What else?"),
    ]
    return chatgpt(own_id, nodes, "a3")


def chatgpt_zip(*conversations: Json, shards: int = 1, files: Mapping[str, bytes] | None = None) -> bytes:
    """Return ChatGPT's ZIP: shards with a manifest, or one file, and what lies beside them."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        names = [f"conversations-{number:03}.json" for number in range(shards)]
        names = names if shards > 1 else ["conversations.json"]
        for number, name in enumerate(names):
            archive.writestr(name, json.dumps(conversations[number::shards]))
        if shards > 1:
            archive.writestr(
                "export_manifest.json", json.dumps({"files": [{"path": name} for name in names]})
            )
        archive.writestr("user.json", json.dumps({"id": "user-1"}))
        archive.writestr("chat.html", "<script>alert(1)</script>")
        for name, data in (files or {}).items():
            archive.writestr(name, data)
    return held.getvalue()


def large_chatgpt(size_bytes: int, *, turns: int = 6, words: int = 2500) -> Iterator[bytes]:
    """Yield an export of ChatGPT's of about so many bytes, a conversation at a time."""
    source = random.Random(7)  # noqa: S311 - not for secrets
    texts = ["".join(source.choice("abcdefghij  ") for _ in range(words)) for _ in range(50)]
    sent = 0
    yield b"["
    number = 0
    while sent < size_bytes:
        nodes: list[Json] = []
        for turn in range(turns * 2):
            role = "user" if turn % 2 == 0 else "assistant"
            parent = nodes[-1]["id"] if nodes else "root"
            nodes.append(chatgpt_node(f"n{turn}", parent, role, texts[(number + turn) % 50]))
        data = json.dumps(chatgpt(f"c{number:07}", nodes, nodes[-1]["id"])).encode()
        yield data if number == 0 else b"," + data
        sent += len(data)
        number += 1
    yield b"]"
