"""Bodies about answers: what is said, who answers, what waits, settings, and how an answer came to be."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body, ModelName
from salon.surfaces.api.routes.schemas.conversations import Act, BranchName, Id, Message, Parts, Text
from salon.surfaces.api.routes.schemas.free import JsonObject


class AnswererBody(Body):
    """Who is to answer."""

    model: ModelName
    settings: JsonObject = Field(default_factory=dict[str, Any])
    """``instructions``, ``parameters``, ``context``, ``limits``: for this answer alone."""


class AnswerersBody(Act):
    """Who is to answer; each of several models answers by itself."""

    model: ModelName | None = None
    """The conversation's own, unless named."""
    models: Annotated[list[ModelName | AnswererBody], Field(max_length=100)] | None = None
    """Several at once."""
    settings: JsonObject = Field(default_factory=dict[str, Any])
    """``instructions``, ``parameters``, ``context``, ``limits``: for these answers alone."""


class AnswersBody(AnswerersBody):
    """Who is to answer, and where."""

    branch_id: Id | None = None
    """The branch that opens first, unless named."""


class SaidBody(AnswerersBody):
    """Something to say: ``text``, or ``parts``."""

    text: Text | None = None
    parts: Parts | None = None
    """As messages have them: each with its ``kind``. Files of the house are named by ``file_id``."""
    answer: bool = True
    """Whether a model is to answer."""


class SayBody(SaidBody, AnswersBody):
    """Something to say, and where."""


class SendBody(SayBody):
    """Something to say in a conversation."""

    parent_id: Id | None = None
    """The message it answers; where no branch ends there, it becomes a branch of its own."""


class EditAndSendBody(SayBody):
    """Something to say in a message's place."""

    name: BranchName | None = None
    """Make a branch of this name for it."""


class WhatIfBody(AnswersBody):
    """What is to be another from a message on."""

    message_id: Id
    text: Text | None = None
    parts: Parts | None = None
    """What the message says instead; as it was, unless named."""
    name: BranchName | None = None
    """What the new branch is called."""


class BridgeBody(AnswersBody):
    """Which branch a model is to bring into ``branch_id``, or into the one that opens first."""

    other_branch_id: Id
    words: Annotated[str, Field(max_length=20_000)] | None = None
    """What the model is told, instead of the usual words."""


class QueuedChangeBody(SaidBody):
    """What to say instead of what waits."""


class OrderBody(Act):
    """The order in which what waits on a branch is sent."""

    branch_id: Id
    order: Annotated[list[Id], Field(max_length=1000)]
    """Everything that waits there, the next one first."""


class ClientActBody(Act):
    """An act that says nothing but that it is to be done."""


class SettingsBody(Act):
    """Settings to change: what is left out stays, null takes one away."""

    settings: JsonObject
    """``model``, ``instructions``, ``parameters``, ``context``, ``limits``, ``titles``."""


class Started(BaseModel):
    """An answer that has begun."""

    run_id: str
    """The run to follow, and to stop."""
    message_id: str
    """The id its message will have."""
    model: str


class Queued(BaseModel):
    """A message that waits for the end of an answer."""

    id: str
    conversation_id: str
    branch_id: str
    message_id: str
    """The id that the message will have."""
    position: int
    status: Literal["waiting", "next", "held", "sent", "dropped"]
    """``waiting`` for the answer, ``next`` however that ends, or ``held`` until somebody sends it.

    A change that is sent again may find that it was ``sent`` or ``dropped`` since.
    """
    problem: dict[str, Any] | None
    """Why it is held."""
    draft: dict[str, Any]
    """What it says, and who is to answer."""
    version: int
    created_by: str | None
    created_at_ms: int
    changed_at_ms: int


class QueuedList(BaseModel):
    """What waits, branch by branch, the next one first."""

    items: list[Queued]


class Sent(BaseModel):
    """What became of something said."""

    branch_id: str
    message: Message | None
    """null while it waits, and where nothing new was said."""
    answers: list[Started]
    queued: Queued | None


class Turn(BaseModel):
    """An answer under way."""

    run_id: str
    conversation_id: str
    branch_id: str
    parent_id: str
    message_id: str
    created_by: str | None
    started_at_ms: int


class Turns(BaseModel):
    """Answers under way, oldest first."""

    items: list[Turn]


class SettingsInForce(BaseModel):
    """Settings that were said, and what is in force with what they stand over."""

    own: dict[str, Any]
    in_force: dict[str, Any]
    version: int
    """The ETag of the row that holds them."""


class Context(BaseModel):
    """What the next answer would be told, in tokens by part."""

    window_tokens: int
    is_window_assumed: bool
    """Nobody tells this model's window."""
    count: Literal["vocabulary", "estimate"]
    """How the parts are counted: as the model reads words, or by their bytes, rather too many."""
    counted: int | None
    """The whole by the provider's count of the last prompt, with what came since; null where it told none."""
    system: int
    pinned: int
    messages: int
    summary: int
    tools: int
    results: int
    files: int
    reserved: int
    """For the answer."""
    used: int
    """`counted`, or what the parts add up to."""
    left: int
    """What may still be added to that."""
    dropped: list[str]
    shortened: list[str]
    summarised: list[str]
    summary_id: str | None


class AskedStep(BaseModel):
    """One request of an answer to a model."""

    step: dict[str, Any]
    request: dict[str, Any] | None
    """What was asked, without what files hold; null when a message of it is gone."""
    attempts: list[dict[str, Any]]


class ExactRequest(BaseModel):
    """How an answer came to be."""

    message_id: str
    conversation_id: str
    run_id: str | None
    model: str
    route: str | None
    finish: str | None
    mode: str
    error: dict[str, Any] | None
    context: dict[str, Any] | None
    """Tokens of the prompt by part, and what was left out."""
    steps: list[AskedStep]
    input_tokens: int | None
    output_tokens: int | None
    cost_e10: int | None
    currency: str | None
    started_at_ms: int
    first_token_at_ms: int | None
    ended_at_ms: int
