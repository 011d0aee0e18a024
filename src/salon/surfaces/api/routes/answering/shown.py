"""Between bodies and what answers work with."""

from typing import Any

import msgspec

from salon.features.conversations.answering.exact import ExactRequest
from salon.features.conversations.answering.models import Answerer, Draft, Queued, Sent
from salon.features.conversations.answering.setting import InForce
from salon.features.conversations.answering.settings import Overrides, checked, stored
from salon.features.conversations.tree import MessageView
from salon.features.turns import ContextReport
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import Part, TextPart
from salon.surfaces.api.routes.conversations.common import Names
from salon.surfaces.api.routes.conversations.shown import message_shown
from salon.surfaces.api.routes.schemas.answering import AnswererBody, AnswerersBody, SaidBody

Json = dict[str, Any]


def parts_of(text: str | None, parts: list[dict[str, Any]] | None) -> tuple[Part, ...]:
    """Return what is said. Raises: InvalidRequest, which names the field."""
    if (text is None) == (parts is None):
        raise InvalidRequest(field="parts", problem="Send either text or parts.")
    if parts is None:
        return (TextPart(text=text or ""),)
    try:
        return msgspec.convert(parts, tuple[Part, ...])
    except msgspec.ValidationError as error:
        raise InvalidRequest(field="parts", problem=f"{error}.") from error


def answerers_of(body: AnswerersBody) -> tuple[Answerer, ...]:
    """Return who is to answer; nobody is named where the conversation's own model is meant.

    Raises: InvalidRequest, which names the setting.
    """
    if body.model is not None and body.models is not None:
        raise InvalidRequest(field="models", problem="Send either model or models.")
    own = checked(body.settings, Overrides)
    if body.models is not None:
        if not body.models:
            raise InvalidRequest(field="models", problem="Name at least one model.")
        return tuple(_answerer(one, own, f"models.{at}") for at, one in enumerate(body.models))
    if body.model is None and not body.settings:
        return ()
    return (Answerer(model=body.model or "", settings=own),)


def draft_of(body: SaidBody) -> Draft:
    """Return something to say. Raises: InvalidRequest."""
    return Draft(
        parts=parts_of(body.text, body.parts), answerers=answerers_of(body), wants_answer=body.answer
    )


def sent_shown(sent: Sent, names: Names) -> Json:
    """Return what became of something said as it is shown."""
    return {
        "branch_id": sent.branch_id,
        "message": None if sent.message is None else message_shown(MessageView(message=sent.message), names),
        "answers": [msgspec.to_builtins(one) for one in sent.answers],
        "queued": None if sent.queued is None else queued_shown(sent.queued),
    }


def queued_shown(queued: Queued) -> Json:
    """Return what waits as it is shown."""
    return msgspec.to_builtins(queued)


def in_force_shown(found: InForce) -> Json:
    """Return settings as they are shown."""
    return {"own": stored(found.own), "in_force": stored(found.in_force), "version": found.version}


def context_shown(report: ContextReport) -> Json:
    """Return what a context takes as it is shown."""
    return {**msgspec.structs.asdict(report), "used": report.used}


def exact_shown(found: ExactRequest) -> Json:
    """Return how an answer came to be as it is shown."""
    answer: Json = msgspec.to_builtins(found.answer)
    return {
        **answer,
        "mode": found.mode,
        "error": found.error,
        "context": found.context,
        "steps": [msgspec.structs.asdict(step) for step in found.steps],
    }


def _answerer(named: str | AnswererBody, usual: Overrides, at: str) -> Answerer:
    if isinstance(named, str):
        return Answerer(model=named, settings=usual)
    own = checked(named.settings, Overrides, at=f"{at}.settings") if named.settings else usual
    return Answerer(model=named.model, settings=own)
