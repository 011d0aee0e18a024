"""What a turn is given, what it did, and what came of it."""

from typing import Any, Final, Literal

import msgspec

from salon.foundation.messages import Finish, Part, ResponseFormat, Role, Tool, ToolChoice, Usage

PolicyKind = Literal["trim-oldest", "summarise", "refuse"]
TurnStatus = Literal["complete", "interrupted", "failed"]
CountKind = Literal["vocabulary", "estimate"]

ASKED_FORMAT: Final = 1
"""The version of an ``Asked`` as it is stored."""


class Quote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What another message says, told in a line of one that no tree keeps."""

    id: str
    by: str
    """Who said it, as a model is told."""
    text: str = ""
    """Empty in a request: the message ``id`` says it."""


class Quoting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message that no tree keeps and that says what others say."""

    words: str
    """Its own, first."""
    quotes: tuple[Quote, ...]


class ContextMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message that may be sent, oldest first. An answer with tool calls is one message."""

    id: str | None = None
    """None for one that no tree keeps; such a one is written out in ``Asked``."""
    role: Role
    parts: tuple[Part, ...]
    tokens: int = 0
    """What it takes in a prompt, as counted when it was written; 0 is unknown. Believed where it is more than
    our own count, as for documents."""
    is_pinned: bool = False
    """Sent always."""
    is_excluded: bool = False
    """Never sent."""
    name: str | None = None
    quoting: Quoting | None = None
    """What its one text is made of, where that says what other messages say."""


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands in a prompt for messages that are left out."""

    id: str | None = None
    """The id of the message that keeps it."""
    text: str
    """Empty in a request: the message ``id`` says it."""
    covers: tuple[str, ...]
    """Ids of the messages it stands for: its sources."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """How much a model reads and writes, in tokens."""

    context_tokens: int
    max_output_tokens: int | None = None
    is_assumed: bool = False
    """Nobody told the context window; ``context_tokens`` is what is assumed of it."""
    vocabulary_of: str = ""
    """The model's own name, by which its vocabulary is known; empty where it is not."""


class ContextPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done about a context that does not fit."""

    kind: PolicyKind = "trim-oldest"
    most_tokens: int | None = None
    """Use no more of the window than this, prompt and answer together."""
    reserved_tokens: int | None = None
    """Kept free for the answer; None is the answer's limit, else a quarter of the window, at most 8,192."""
    result_tokens: int = 8_000
    """Longer tool results are sent shortened."""


class Parameters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the model shall answer; the fields of ``ModelRequest`` of the same names. None: not said."""

    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    logprobs: bool | None = None
    top_logprobs: int | None = None
    response_format: ResponseFormat | None = None
    reasoning_effort: str | None = None
    reasoning_budget_tokens: int | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    extra: dict[str, Any] | None = None
    """Fields that only one dialect understands, by dialect name."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a turn ends although the model would go on."""

    steps: int = 16
    """Requests to a model."""
    output_tokens: int | None = None
    """Of all steps together."""
    seconds: float = 1_800.0
    """From its beginning; tool calls and approvals included."""
    cost_e10: int | None = None
    """No further step is begun once this is reached; in the currency of the steps."""
    tool_seconds: float = 120.0
    """For each tool call."""
    tool_calls_at_once: int = 8


class TurnSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked, of which model, within which limits."""

    model: str
    """An alias or ``provider/model``."""
    instructions: str | None = None
    """The system's words, first in the prompt."""
    parameters: Parameters = Parameters()
    tools: tuple[Tool, ...] = ()
    """Offered to the model beside those of the tool box."""
    context: ContextPolicy = ContextPolicy()
    limits: Limits = Limits()


class AttemptOf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One attempt of a step at one provider."""

    provider: str
    model: str
    status: str
    http_status: int | None = None
    error: str | None = None
    """The code of the error."""
    started_at_ms: int = 0
    first_byte_ms: int | None = None
    duration_ms: int = 0
    cost_e10: int | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request to a model, as it is kept beside the answer."""

    number: int
    """From 1."""
    request_id: str
    """Its row of the ledger."""
    model: str
    """As it was asked for."""
    route: str | None = None
    """``provider/model`` that answered last; None if none was reached."""
    usage: Usage | None = None
    cost_e10: int | None = None
    """None is unpriced."""
    currency: str = "USD"
    attempts: tuple[AttemptOf, ...] = ()
    finish: Finish | None = None
    """None when it broke off."""
    decision: str | None = None
    """Why it went there, where there was something to decide."""
    losses: tuple[str, ...] = ()
    """What its dialect could not be told."""
    error: dict[str, Any] | None = None
    """``SalonError.to_json`` of what ended it."""
    started_at_ms: int = 0
    first_token_at_ms: int | None = None
    ended_at_ms: int = 0
    tools_ms: dict[str, int] = {}
    """How long the tools took that it called, by the ids of the calls; known once they have answered."""


class ContextReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a prompt is made of, in tokens, and what was left out of it."""

    window_tokens: int
    is_window_assumed: bool = False
    count: CountKind = "estimate"
    """``vocabulary``: words are counted as the model reads them; else by their bytes, rather too many."""
    system: int = 0
    pinned: int = 0
    messages: int = 0
    """Neither pinned nor one of the following."""
    summary: int = 0
    tools: int = 0
    """Their descriptions."""
    results: int = 0
    """Tool calls and their results."""
    files: int = 0
    """Pictures, sound and documents, by a rule."""
    reserved: int = 0
    """For the answer."""
    left: int = 0
    """What may still be added to what is used; never below 0 in a prompt that is sent."""
    dropped: tuple[str, ...] = ()
    """Ids of messages left out for room."""
    shortened: tuple[str, ...] = ()
    """Ids of tool calls whose results are sent shortened."""
    summarised: tuple[str, ...] = ()
    """Ids of messages a summary stands for."""
    summary_id: str | None = None
    counted: int | None = None
    """The whole prompt as the provider counted it, once it said so: exact, where the parts are ours."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out or shortened."""
        return not (self.dropped or self.shortened or self.summarised)

    @property
    def by_parts(self) -> int:
        """What the parts add up to."""
        parts = (self.system, self.pinned, self.messages, self.summary, self.tools, self.results, self.files)
        return sum(parts)

    @property
    def used(self) -> int:
        """The whole prompt, without what is reserved: by the provider's count where it is known."""
        return self.by_parts if self.counted is None else self.counted

    def told(self, counted: int) -> "ContextReport":
        """Return the report with what the provider counted, and what that leaves."""
        left = max(0, self.left + self.by_parts - counted)
        return msgspec.structs.replace(self, counted=counted, left=left)


class Shortening(msgspec.Struct, frozen=True, kw_only=True):
    """A tool result that is sent as its head and its tail."""

    part: int
    """The place of the result among the message's parts."""
    head: int
    """Characters kept from its beginning."""
    tail: int


class Sent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a prompt, by its id."""

    id: str | None = None
    message: ContextMessage | None = None
    """Written out where no tree keeps it."""
    summary: Summary | None = None
    """Set where a summary stands here."""
    quoting: Quoting | None = None
    """Set where a message stands here that says what others say."""
    shortened: tuple[Shortening, ...] = ()


class Prompt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one step was told."""

    sent: tuple[Sent, ...] | None = None
    """None: the same as the step before."""
    own_parts: int = 0
    """How many parts of the answer itself followed."""
    own_shortened: tuple[Shortening, ...] = ()
    max_output_tokens: int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The exact requests of an answer: with the immutable messages, ``rebuilt`` makes them again."""

    model: str
    instructions: str | None = None
    parameters: Parameters = Parameters()
    tools: tuple[Tool, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    """One a step."""


class TurnOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a turn."""

    parts: tuple[Part, ...]
    """Of the answer, in order, tool calls and their results among them."""
    status: TurnStatus
    finish: Finish | None = None
    """Of the last step."""
    steps: tuple[Step, ...] = ()
    context: ContextReport | None = None
    """Of the last step."""
    error: dict[str, Any] | None = None
    """``SalonError.to_json()`` of what ended it early."""
    asked: Asked | None = None
