"""What strangers' programs are asked in the suites, and the one form their answers are read into."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

WEATHER: Mapping[str, Any] = {
    "name": "weather",
    "description": "The weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    },
}
"""A tool every caller can offer."""
WEATHER_ARGUMENTS = {"city": "Zürich", "days": 7}
"""What the fake provider calls it with."""

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel, in base64."""
PAGE = "JVBERi0xLjQKJSBvbmUgcGFnZQolJUVPRgo="
"""A PDF, as far as a gateway looks, in base64."""


class Said(msgspec.Struct, kw_only=True):
    """An answer as an SDK reads it."""

    text: str = ""
    thinking: str = ""
    calls: list[tuple[str, str, Any]] = msgspec.field(default_factory=list[tuple[str, str, Any]])
    """Id, name and arguments of each tool call."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    finish: str | None = None
    turn: list[Any] = msgspec.field(default_factory=list[Any])
    """The answer as its SDK has it sent back with the next question."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller asks."""

    prompt: str
    model: str
    stream: bool
    tool: bool
    """Offer ``WEATHER``."""
    answer_tool: tuple[Said, str] | None
    """An earlier answer with calls, and what the first returned."""
    think: bool
    image: bool
    """Show ``PIXEL``."""
    shape: bool
    """Want the answer as ``WEATHER``'s parameters have it."""
    limit: int | None
    """The most tokens of an answer."""
    document: bool = False
    """Hand in ``PAGE``; Ollama's client has no word for it."""

    @property
    def results(self) -> list[tuple[str, str, str]]:
        """Id and name of each call of the earlier answer, and what it returned."""
        said, result = self.answer_tool or (Said(), "")
        return [
            (call_id, name, result if not at else f"{result} ({at})")
            for at, (call_id, name, _) in enumerate(said.calls)
        ]


class SdkCaller(ABC):
    """One SDK, used the way its readme shows."""

    dialect: ClassVar[str]
    client: Any
    lost: frozenset[str] = frozenset()
    """What the last answer's head says could not be carried."""

    def ask(
        self,
        prompt: str,
        *,
        model: str,
        stream: bool,
        tool: bool = False,
        answer_tool: tuple[Said, str] | None = None,
        think: bool = False,
        image: bool = False,
        shape: bool = False,
        limit: int | None = None,
        document: bool = False,
    ) -> Said:
        """Ask one question; ``answer_tool`` sends the result of an earlier call's tool."""
        return self.answer(
            Question(
                prompt=prompt,
                model=model,
                stream=stream,
                tool=tool,
                answer_tool=answer_tool,
                think=think,
                image=image,
                shape=shape,
                limit=limit,
                document=document,
            )
        )

    @abstractmethod
    def answer(self, question: Question) -> Said:
        """Ask ``question`` in the SDK's own words and read what it says."""

    def models(self) -> list[str]:
        """List the models."""
        return [model.id for model in self.client.models.list()]

    def note(self, answer: Any) -> None:
        """Take note of an answer's head; a hook for the HTTP client beneath the SDK."""
        self.lost = frozenset(filter(None, answer.headers.get("x-salon-lost", "").split(", ")))

    def close(self) -> None:
        """Close its connections."""
        self.client.close()


def each(values: list[Any] | None) -> list[Any]:
    """Return what an SDK lists; some say nothing for an empty list."""
    return values or []
