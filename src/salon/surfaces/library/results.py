"""What the library returns: answers, typed and whole."""

import json
from decimal import Decimal
from typing import Any

import msgspec

from salon.foundation.kit.money import to_decimal
from salon.foundation.messages import FinishReason, Response, Usage


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A tool the model asks for."""

    id: str
    name: str
    arguments_json: str
    """The arguments as the model wrote them; they may not parse."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments as a dictionary. Raises: ValueError when they are no JSON object."""
        value: Any = json.loads(self.arguments_json or "{}")
        if not isinstance(value, dict):
            raise ValueError("the arguments of the tool call are no JSON object")  # noqa: TRY004 - one error for bad arguments
        return value  # pyright: ignore[reportUnknownVariableType] - JSON of unknown shape


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a model. ``str(result)`` is its text."""

    text: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...]
    finish: FinishReason | None
    usage: Usage | None
    """None when neither the provider nor Salon counted."""
    cost: Decimal | None
    """In whole units of ``currency``; None is "unpriced", or not known yet for a stream over HTTP."""
    currency: str
    model: str
    """The model that answered, as ``provider/model``; ``demo`` when no real one was at hand."""
    route: str | None
    """How it was reached, where Salon tells."""
    request_id: str | None
    response: Response
    """Everything, in Salon's own types."""

    def __str__(self) -> str:
        return self.text


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A finished answer as an engine gives it."""

    response: Response
    model: str
    route: str | None = None
    cost_e10: int | None = None
    currency: str = "USD"
    request_id: str | None = None

    def result(self) -> Result:
        """Return what the person gets."""
        response = self.response
        return Result(
            text=response.text,
            reasoning=response.reasoning,
            tool_calls=tuple(
                ToolCall(id=call.id, name=call.name, arguments_json=call.arguments)
                for call in response.tool_calls
            ),
            finish=response.finish.reason if response.finish else None,
            usage=response.usage,
            cost=None if self.cost_e10 is None else to_decimal(self.cost_e10),
            currency=self.currency,
            model=self.model,
            route=self.route,
            request_id=self.request_id,
            response=response,
        )


class KnownModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that can be asked."""

    id: str
    """What to pass as ``model``."""
    provider: str
    context_tokens: int | None = None

    def __str__(self) -> str:
        return self.id
