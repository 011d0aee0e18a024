"""Our OpenAI answers against OpenAI's own document: we break it only where OpenAI's own answers do."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from salon.testing.questions import WEATHER
from salon.testing.raw_http import ask, chat_request
from salon.testing.recorded import recordings
from salon.testing.scene import DIALECTS, Scene, model_of
from salon.testing.verdicts import sse_values

Breach = tuple[str, str]
"""Where a value breaks the document (list positions as ``*``), and the keyword it breaks."""


@pytest.fixture(scope="module")
def document(shared_dir: Path) -> dict[str, Any]:
    return orjson.loads((shared_dir / "suites" / "openai" / "openapi.json").read_bytes())


@cache
def validator_key(name: str) -> str:
    return f"#/components/schemas/{name}"


def breaches(document: dict[str, Any], name: str, value: Any) -> set[Breach]:
    schema = {"$ref": validator_key(name), "components": document["components"]}
    checker = jsonschema.Draft202012Validator(schema)
    return {breach for error in checker.iter_errors(value) for breach in leaves(error)}


def leaves(error: jsonschema.ValidationError) -> set[Breach]:
    place = ".".join("*" if isinstance(step, int) else str(step) for step in error.absolute_path)
    detail = ",".join(sorted(error.message.split("'")[1:2])) if error.validator == "required" else ""
    return {(place, f"{error.validator}{detail}")}


@pytest.fixture(scope="module")
def theirs(document: dict[str, Any], shared_dir: Path) -> dict[str, set[Breach]]:
    """What OpenAI's own recorded answers break."""
    folder = shared_dir / "recorded-streams"
    found: dict[str, set[Breach]] = {
        "CreateChatCompletionResponse": set(),
        "CreateChatCompletionStreamResponse": set(),
    }
    for one in recordings(folder):
        if not one.name.startswith("openai/chat/") or "raises" in (one.expected or {"raises": ""}):
            continue
        body = next((folder / one.name).glob("response.*")).read_bytes()
        if one.stream:
            for _, value in sse_values(body.rstrip() + b"\n\n"):
                if value != "[DONE]":
                    found["CreateChatCompletionStreamResponse"] |= breaches(
                        document, "CreateChatCompletionStreamResponse", value
                    )
        else:
            found["CreateChatCompletionResponse"] |= breaches(
                document, "CreateChatCompletionResponse", orjson.loads(body)
            )
    return found


PLANS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("tokens=3", {}),
    ("call", {"tools": [{"type": "function", "function": dict(WEATHER)}]}),
    ("tokens=9", {"max_tokens": 2}),
    ("tokens=2;fault=no-usage", {}),
)


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize(("plan", "fields"), PLANS)
def test_answers_break_nothing_that_openai_keeps(
    scene: Scene,
    document: dict[str, Any],
    theirs: dict[str, set[Breach]],
    provider: str,
    plan: str,
    fields: dict[str, Any],
) -> None:
    for stream, name in (
        (False, "CreateChatCompletionResponse"),
        (True, "CreateChatCompletionStreamResponse"),
    ):
        request = chat_request(
            "openai", f"{{{{fake {plan}}}}}", model=model_of(provider), stream=stream, **fields
        )
        answer = asyncio.run(ask(scene.house.port, request))
        assert answer.status == 200
        values = (
            [value for _, value in sse_values(answer.body) if value != "[DONE]"]
            if stream
            else [answer.json()]
        )
        ours = {breach for value in values for breach in breaches(document, name, value)}
        assert ours <= theirs[name], f"only ours: {sorted(ours - theirs[name])}"


@pytest.mark.parametrize("fault", ["400", "429:0", "500", "garbage"])
def test_errors_and_lists_follow_the_document(scene: Scene, document: dict[str, Any], fault: str) -> None:
    answer = asyncio.run(ask(scene.house.port, chat_request("openai", f"{{{{fake fault={fault}}}}}")))
    assert answer.status >= 400
    assert breaches(document, "ErrorResponse", answer.json()) == set()
    assert breaches(document, "ListModelsResponse", orjson.loads(scene.house.get("/v1/models")[1])) == set()
