"""What was asked, and the answer to it, before any dialect: the fake provider's whole mind."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any, Literal, cast

import msgspec
import orjson

from salon.testing.fake_provider.plan import Plan

TOKEN = "tok "  # noqa: S105 - a language model's kind of token
"""One token of an answer that nothing else decides."""

FREE_TEXT = "Zürich, 7 days"
"""What a custom tool is called with."""

JsonObject = dict[str, Any]
SIGNATURE = "RmFrZVNpZ25hdHVyZQ=="
"""What proves the fake provider's reasoning, in the dialects that sign it."""


def as_object(value: Any) -> JsonObject:
    """Return ``value`` if it is a JSON object, else an empty one."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[JsonObject]:
    """Return the objects of ``value`` if it is a JSON array, else none."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("JsonObject", item) for item in items if isinstance(item, dict)]


MOST_CHOICES = 128
"""As many answers as a real provider makes of one request."""


class Asked(msgspec.Struct, kw_only=True):
    """A request, as far as the fake provider cares."""

    model: str = "fake"
    stream: bool = False
    text: str = ""
    """All text of the request, joined; its length decides the prompt tokens."""
    last_user_text: str = ""
    tools: list[JsonObject] = msgspec.field(default_factory=list[JsonObject])
    """Each with ``name`` and ``parameters``; one with ``type`` ``custom`` takes free text instead."""
    forced_tool: str | None = None
    """The tool that must be called; ``*`` for any."""
    tool_result: str | None = None
    """The texts of the tool results that the request ends with, one a line."""
    schema: JsonObject | None = None
    """The JSON Schema the answer must follow; an empty one for any object."""
    thinks: bool = False
    """The request turned reasoning on."""
    include_usage: bool = True
    max_tokens: int | None = None
    choices: int = 1
    """How many answers are wanted."""
    likely: int | None = None
    """How many of the likeliest tokens are told with each one's own likelihood; None: not even that."""
    as_array: bool = False
    """A stream comes as one JSON array."""
    media_type: bytes | None = None
    """What the answer is, where the request decides that."""
    wanted: Any = None
    """What is wanted other than words, as its dialect read it."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One tool call of an answer."""

    id: str
    name: str
    arguments: str
    """A JSON object, or the free text of a custom tool."""
    is_custom: bool = False

    @property
    def pieces(self) -> tuple[str, ...]:
        """The arguments, cut into tokens."""
        return pieces(self.arguments)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A finished answer, cut into tokens."""

    number: int
    model: str
    thinking: tuple[str, ...]
    text: tuple[str, ...]
    calls: tuple[Call, ...]
    finish: Literal["stop", "length", "tool", "refusal"]
    input_tokens: int
    choices: int = 1
    """How many answers there are; the others say their number after the same words."""
    likely: int | None = None
    """As in ``Asked``."""
    wanted: Any = None
    """As in ``Asked``."""
    more_usage: JsonObject
    """Fields over those of the usage object."""
    tier: str | None

    @property
    def output_tokens(self) -> int:
        """Every token of the answer: reasoning, text and tool arguments."""
        said = sum(len(text) for text in self.texts)
        return len(self.thinking) + said + sum(len(call.pieces) for call in self.calls)

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The words of each answer."""
        return (self.text, *((*self.text, f" #{number}") for number in range(1, self.choices)))


def pieces(text: str, size: int = 4) -> tuple[str, ...]:
    """Cut text into tokens of ``size`` characters."""
    return tuple(text[start : start + size] for start in range(0, len(text), size))


def count_tokens(text: str) -> int:
    """Count the tokens of a prompt: one per four bytes, at least one."""
    return max(1, (len(text.encode()) + 3) // 4)


def answer(asked: Asked, plan: Plan, number: int) -> Answer:
    """Decide what to say; the same request and plan always get the same answer. Raises: ValueError."""
    if not 1 <= asked.choices <= MOST_CHOICES:
        raise ValueError(f"{asked.choices} answers are not between 1 and {MOST_CHOICES}")
    calls = _tool_calls(asked, plan, number)
    text = () if calls else _words(asked, plan)
    limit = asked.max_tokens
    cut = limit is not None and len(text) > limit
    return Answer(
        number=number,
        model=asked.model,
        thinking=(TOKEN,) * (plan.think or (4 if asked.thinks else 0)),
        text=text[:limit] if cut else text,
        calls=calls,
        finish="tool" if calls else ("length" if cut else ("refusal" if plan.refuse else "stop")),
        input_tokens=count_tokens(asked.text),
        choices=1 if calls or cut else asked.choices,
        likely=asked.likely,
        wanted=asked.wanted,
        more_usage=as_object(orjson.loads(plan.usage)) if plan.usage is not None else {},
        tier=plan.tier,
    )


def _tool_calls(asked: Asked, plan: Plan, number: int) -> tuple[Call, ...]:
    wanted = asked.forced_tool or plan.tool
    if not asked.tools or not (plan.call or wanted) or (asked.tool_result is not None and not plan.again):
        return ()
    named = [tool for tool in asked.tools if tool["name"] == wanted]
    if plan.tool and not named:
        return ()  # not offered, as to a request that only wants a title
    tool = (named or asked.tools)[0]
    is_custom = tool.get("type") == "custom"
    made = example({} if is_custom else tool.get("parameters") or {"type": "object"})
    given = plan.arguments or (FREE_TEXT if is_custom else orjson.dumps(made).decode())
    return tuple(
        Call(
            id=f"call_fake_{number}" + f"_{at}" * (at > 0),
            name=str(tool["name"]),
            arguments=_nth(given, at, is_custom=is_custom),
            is_custom=is_custom,
        )
        for at in range(max(1, plan.call))
    )


def _nth(arguments: str, at: int, *, is_custom: bool) -> str:
    """Return the arguments of call ``at``: each later one has higher whole numbers, or its number."""
    if not at:
        return arguments
    if is_custom:
        return f"{arguments} {at}"
    value = as_object(orjson.loads(arguments))
    return orjson.dumps({k: v + at if type(v) is int else v for k, v in value.items()}).decode()


def _words(asked: Asked, plan: Plan) -> tuple[str, ...]:
    big = plan.fault("big-event")
    if big:
        return ("x" * big.size,)
    if plan.refuse is not None:
        return pieces(plan.refuse)
    if plan.text is not None:
        return pieces(plan.text, plan.piece)
    if asked.tool_result is not None:
        return pieces(f"The tool said: {asked.tool_result}")
    if asked.schema is not None:
        return pieces(orjson.dumps(example(asked.schema)).decode())
    return (TOKEN,) * plan.tokens


def example(schema: JsonObject, root: JsonObject | None = None) -> Any:
    """Return a value that follows a JSON Schema of the kinds that tools and answers use."""
    root = root or schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return example(_resolve(root, reference), root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for union in ("anyOf", "oneOf", "allOf"):
        if schema.get(union):
            return example(schema[union][0], root)
    return _typed(schema, root)


def _resolve(root: JsonObject, reference: str) -> JsonObject:
    found: Any = root
    for step in filter(None, reference.removeprefix("#").split("/")):
        found = found[step]
    return found


def _typed(schema: JsonObject, root: JsonObject) -> Any:  # noqa: PLR0911 - one per JSON type
    kind = schema.get("type", "object" if "properties" in schema or not schema else "string")
    match str(cast("list[Any]", kind)[0] if isinstance(kind, list) else kind):
        case "object":
            properties: JsonObject = schema.get("properties") or {}
            return {name: example(inner, root) for name, inner in properties.items()}
        case "array":
            return [example(schema.get("items") or {"type": "string"}, root)]
        case "integer":
            return int(schema.get("minimum", 7))
        case "number":
            return float(schema.get("minimum", 1.5))
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "Zürich"


def last_results(messages: list[JsonObject], is_result: Callable[[JsonObject], bool]) -> str | None:
    """Return the texts of the messages at the end that are tool results, one a line."""
    told = list(itertools.takewhile(is_result, reversed(messages)))[::-1]
    texts = [join_texts([message.get("content") or message.get("output") or ""]) for message in told]
    return "\n".join(texts) if texts else None


def join_texts(contents: Iterable[Any]) -> str:
    """Join the text of message contents: plain strings, or lists of typed parts."""
    found: list[str] = []
    for content in contents:
        if isinstance(content, str):
            found.append(content)
        else:
            found.extend(str(part["text"]) for part in as_objects(content) if "text" in part)
    return "\n".join(found)
