"""Exports as Claude, Open WebUI, LibreChat, SillyTavern and LobeChat write them, made up."""

import base64
import json
from typing import Any

from salon.testing.exports import PNG

Json = dict[str, Any]


def claude(own_id: str = "cl1", **fields: Any) -> Json:
    """Return a conversation of Claude's with thinking, an artifact, an attachment and a file."""
    artifact = {"id": "a", "type": "text/markdown", "title": "T", "command": "create", "content": "# Hi"}
    blocks: list[Json] = [
        {"type": "thinking", "thinking": "Hm.", "summaries": []},
        {"type": "tool_use", "id": "tu1", "name": "artifacts", "input": artifact},
        {
            "type": "tool_result",
            "tool_use_id": "tu1",
            "name": "artifacts",
            "content": [{"type": "text", "text": "OK"}],
        },
        {"type": "text", "text": "Done.", "citations": []},
        {"type": "token_budget"},
        {"type": "later_block", "value": 1},
    ]
    return {
        "uuid": own_id,
        "name": "A talk with Claude",
        "created_at": "2025-01-02T03:04:05.678901Z",
        "updated_at": "2025-01-02T04:04:05Z",
        "account": {"uuid": "acc"},
        "chat_messages": [
            {
                "uuid": "m1",
                "sender": "human",
                "text": "Write",
                "content": [{"type": "text", "text": "Write"}],
                "created_at": "2025-01-02T03:04:06Z",
                "files": [{"file_name": "x.png", "file_uuid": "f1"}],
                "attachments": [{"file_name": "n.txt", "file_type": "txt", "extracted_content": "notes"}],
            },
            {
                "uuid": "m2",
                "sender": "assistant",
                "text": "",
                "content": blocks,
                "attachments": [],
                "files": [],
                "created_at": "2025-01-02T03:04:09Z",
            },
        ],
        **fields,
    }


def open_webui(own_id: str = "ow1") -> Json:
    """Return a chat of Open WebUI's whose messages and their lists of children disagree."""
    items = [
        {"type": "reasoning", "content": [{"type": "output_text", "text": "15*17"}]},
        {"type": "function_call", "call_id": "c1", "name": "calc", "arguments": '{"a":1}'},
        {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "255"}]},
        {"type": "message", "content": [{"type": "output_text", "text": "It is 255"}]},
    ]
    data = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    messages: Json = {
        "q": {
            "id": "q",
            "parentId": None,
            "childrenIds": ["a", "b"],
            "role": "user",
            "content": "15*17?",
            "timestamp": 1700000000,
            "files": [{"type": "image", "url": data, "name": "p.png"}],
        },
        "a": {
            "id": "a",
            "parentId": "q",
            "childrenIds": ["q2"],
            "role": "assistant",
            "content": "255",
            "model": "deepseek-r1",
            "output": items,
            "timestamp": 1700000010,
        },
        "b": {
            "id": "b",
            "parentId": "q",
            "childrenIds": [],
            "role": "assistant",
            "content": "",
            "model": "m",
            "error": {"content": "refused"},
            "timestamp": 1700000011,
        },
        "q2": {
            "id": "q2",
            "parentId": "b",
            "childrenIds": [],
            "role": "user",
            "content": "And?",
            "timestamp": 1700000012,
        },
    }
    chat: Json = {
        "title": "Sums",
        "models": ["deepseek-r1"],
        "history": {"currentId": "a", "messages": messages},
    }
    return {
        "id": own_id,
        "user_id": "u",
        "title": "Sums",
        "chat": chat,
        "created_at": 1700000000,
        "updated_at": 1700000020,
        "pinned": True,
        "archived": False,
        "meta": {"tags": ["maths"]},
        "folder_id": "f1",
    }


def librechat(own_id: str = "lc1", *, recursive: bool) -> Json:
    """Return a conversation of LibreChat's, nested or flat, with two answers to one question."""
    none = "00000000-0000-0000-0000-000000000000"
    call = {"id": "t", "name": "search", "args": '{"q":1}', "output": "found"}
    said: list[Json] = [
        {
            "messageId": "1",
            "parentMessageId": none,
            "isCreatedByUser": True,
            "sender": "User",
            "text": "Hi",
            "createdAt": "2024-05-01T16:35:11.530Z",
        },
        {
            "messageId": "2",
            "parentMessageId": "1",
            "isCreatedByUser": False,
            "sender": "GPT-4",
            "model": "gpt-4",
            "text": "",
            "content": [
                {"type": "think", "think": "hm"},
                {"type": "tool_call", "tool_call": call},
                {"type": "text", "text": "Hello"},
            ],
        },
        {
            "messageId": "3",
            "parentMessageId": "1",
            "isCreatedByUser": False,
            "sender": "GPT-4",
            "text": "Hey",
            "unfinished": True,
        },
        {"messageId": "4", "parentMessageId": "2", "isCreatedByUser": True, "sender": "User", "text": "More"},
    ]
    if recursive:
        by_id: dict[str, Json] = {one["messageId"]: {**one, "children": []} for one in said}
        for one in said[1:]:
            children: list[Json] = by_id[one["parentMessageId"]]["children"]
            children.append(by_id[one["messageId"]])
        said = [by_id["1"]]
    return {
        "conversationId": own_id,
        "endpoint": "openAI",
        "title": "Greeting",
        "branches": True,
        "recursive": recursive,
        "options": {"model": "gpt-4", "temperature": 1},
        "messages": said,
    }


def sillytavern(*, later: int = 0) -> bytes:
    """Return a chat of SillyTavern's with swipes, a group's second voice and a hidden line."""
    lines: list[Json] = [
        {
            "user_name": "Ann",
            "character_name": "Mira",
            "create_date": "2024-01-05@15h45m30s",
            "chat_metadata": {"integrity": "slug-1", "note_prompt": "calm"},
        },
        {
            "name": "Mira",
            "is_user": False,
            "mes": "Second",
            "send_date": "January 5, 2024 3:45pm",
            "swipe_id": 1,
            "swipes": ["First", "Second", "Third"],
            "swipe_info": [{"extra": {"model": "m"}}, {}, {}],
            "extra": {"reasoning": "calmly"},
        },
        {"name": "Ann", "is_user": True, "mes": "*waves*", "send_date": "January 5, 2024 3:46pm"},
        {"name": "Oto", "is_user": False, "mes": "Hm.", "send_date": 1704469620000, "force_avatar": "/o.png"},
        {
            "name": "Mira",
            "is_user": False,
            "is_system": True,
            "mes": "hidden",
            "send_date": "January 5, 2024 3:48pm",
        },
    ]
    lines += [
        {"name": "Ann", "is_user": True, "mes": f"later {number}", "send_date": 1704470000000 + number}
        for number in range(later)
    ]
    return "\n".join(json.dumps(line) for line in lines).encode()


def lobechat() -> Json:
    """Return an export of LobeChat's with a group, a session, a topic, a tool and the inbox."""
    tool = {"id": "call1", "identifier": "web", "apiName": "search", "arguments": "{}", "type": "builtin"}
    return {
        "exportType": "sessions",
        "state": {
            "messages": [
                {
                    "id": "m3",
                    "role": "tool",
                    "content": "found",
                    "tool_call_id": "call1",
                    "plugin": tool,
                    "parentId": "m2",
                    "sessionId": "s1",
                    "topicId": "t1",
                    "createdAt": 1700000003000,
                    "updatedAt": 1700000003000,
                },
                {
                    "id": "m1",
                    "role": "user",
                    "content": "Look",
                    "sessionId": "s1",
                    "topicId": "t1",
                    "createdAt": 1700000001000,
                    "updatedAt": 1700000001000,
                },
                {
                    "id": "m2",
                    "role": "assistant",
                    "content": "",
                    "tools": [tool],
                    "parentId": "m1",
                    "sessionId": "s1",
                    "topicId": "t1",
                    "createdAt": 1700000002000,
                    "extra": {"fromModel": "gpt-4o"},
                },
                {
                    "id": "m4",
                    "role": "assistant",
                    "content": "Here.",
                    "parentId": "m3",
                    "sessionId": "s1",
                    "topicId": "t1",
                    "createdAt": 1700000004000,
                    "extra": {"fromModel": "gpt-4o"},
                },
                {
                    "id": "m5",
                    "role": "user",
                    "content": "In the inbox",
                    "sessionId": "inbox",
                    "createdAt": 1700000005000,
                },
            ],
            "sessionGroups": [{"id": "g1", "name": "Work"}],
            "sessions": [
                {
                    "id": "s1",
                    "type": "agent",
                    "group": "g1",
                    "meta": {"title": "Helper", "tags": ["t"]},
                    "config": {"model": "gpt-4o", "systemRole": "Help."},
                }
            ],
            "topics": [
                {"id": "t1", "title": "A topic", "sessionId": "s1", "favorite": 1, "createdAt": 1700000000000}
            ],
        },
        "version": 7,
    }
