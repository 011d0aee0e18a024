"""Moderation: texts and pictures in, what is wrong with each of them out."""

from typing import ClassVar

import msgspec

from salon.foundation.messages.operations import OperationName, OperationRequest, OperationResponse
from salon.foundation.messages.parts import ImagePart, TextPart


class ModerationRequest(OperationRequest, frozen=True, kw_only=True, omit_defaults=True):
    """Things to judge."""

    operation: ClassVar[OperationName] = "moderations"

    inputs: tuple[tuple[TextPart | ImagePart, ...], ...]
    """Each is judged on its own; the parts of one are judged together."""


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model thinks of one input. Categories have the provider's names."""

    flagged: bool
    categories: dict[str, bool]
    scores: dict[str, float]
    """How sure it is, from 0 to 1."""
    applied: dict[str, list[str]] | None = None
    """Which kinds of input (``text``, ``image``) each category was judged by, where that is told."""


class ModerationResponse(OperationResponse, frozen=True, kw_only=True, omit_defaults=True):
    """What the model thinks, in the order of the inputs."""

    results: tuple[Judged, ...]

    def answers(self, request: object) -> bool:
        """Tell whether there is a judgement for each input."""
        return not isinstance(request, ModerationRequest) or len(request.inputs) == len(self.results)
