"""What is said and who is to answer, read from bodies."""

from typing import Any

import pytest

from salon.features.conversations.answering.models import Answerer
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import TextPart
from salon.surfaces.api.routes.answering.shown import answerers_of, draft_of, parts_of
from salon.surfaces.api.routes.schemas.answering import AnswersBody, SayBody


def named(**fields: Any) -> list[str]:
    return [answerer.model for answerer in answerers_of(AnswersBody(**fields))]


def test_a_text_is_one_part_and_parts_are_read_by_kind() -> None:
    assert parts_of("hello", None) == (TextPart(text="hello"),)
    assert parts_of(None, [{"kind": "text", "text": "hello"}]) == (TextPart(text="hello"),)


@pytest.mark.parametrize(
    ("text", "parts"), [(None, None), ("a", []), (None, [{"kind": "nothing"}]), (None, [{"kind": "text"}])]
)
def test_what_is_no_part_is_refused(text: str | None, parts: list[dict[str, Any]] | None) -> None:
    with pytest.raises(InvalidRequest) as error:
        parts_of(text, parts)
    assert error.value.param == "parts"


def test_nobody_one_or_several_are_named() -> None:
    assert named() == []
    assert named(model="demo") == ["demo"]
    assert named(models=["demo", {"model": "other"}]) == ["demo", "other"]
    assert named(settings={"instructions": "be brief"}) == [""]


@pytest.mark.parametrize("fields", [{"model": "a", "models": ["b"]}, {"models": []}])
def test_two_ways_to_name_or_none_of_several_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as error:
        named(**fields)
    assert error.value.param == "models"


def test_settings_of_one_answer_replace_those_of_all() -> None:
    own = {"model": "b", "settings": {"instructions": "own"}}
    body = AnswersBody(models=["a", own], settings={"instructions": "all"})
    found: tuple[Answerer, ...] = answerers_of(body)
    assert [answerer.settings.instructions for answerer in found] == ["all", "own"]


def test_a_draft_says_whether_an_answer_is_wanted() -> None:
    draft = draft_of(SayBody(text="hello", model="demo", answer=False))
    assert (draft.wants_answer, [answerer.model for answerer in draft.answerers]) == (False, ["demo"])
