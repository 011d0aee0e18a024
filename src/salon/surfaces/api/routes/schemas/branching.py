"""Bodies about copies, differences, merges and repairs of conversations."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from salon.surfaces.api.routes.schemas.conversations import Act, BranchName, Id, Title

Status = Literal["same", "changed", "left-only", "right-only"]


class CopyBody(Act):
    """What to copy of a conversation."""

    what: Literal["path", "related", "all"] = "path"
    """What leads to ``last``, that with all branches that share a message with it, or the whole tree."""
    last: Id | None = None
    """A branch or a message; the branch that opens first, unless named."""
    first_id: Id | None = None
    """The message at which the copy begins; without it, at the beginning."""
    title: Title | None = None
    """That of the conversation, unless named."""


class MergeBody(Act):
    """Which turns a new branch is to have."""

    name: BranchName
    messages: Annotated[list[Id], Field(min_length=1, max_length=500)]
    """In their order, from any branch."""
    base: Id | None = None
    """A message or a branch whose path it begins with; null is before the first message."""
    opens: bool = False
    """Whether it opens first from now on."""


class Change(BaseModel):
    """A stretch of text that both have, or one of them."""

    kind: Literal["same", "removed", "added"]
    text: str


class Difference(BaseModel):
    """A fact that differs: a model, a parameter, what tools there were, tokens, cost."""

    name: str
    left: Any
    right: Any


class Pair(BaseModel):
    """Two messages beside each other, or one that has no counterpart."""

    status: Status
    left_id: str | None
    right_id: str | None
    changes: list[Change]
    differences: list[Difference]


class Turn(BaseModel):
    """Two turns beside each other."""

    status: Status
    pairs: list[Pair]


class Figures(BaseModel):
    """What one side took, from where the paths part."""

    messages: int
    words: int
    tokens: int
    input_tokens: int
    output_tokens: int
    cost_e10: dict[str, int]
    """By currency; answers without a price are left out."""
    models: list[str]
    tools: dict[str, int]
    """How often each was called."""


class Diff(BaseModel):
    """How two paths differ."""

    shared: int
    """How many messages both begin with."""
    shared_id: str | None
    """The last of them."""
    turns: list[Turn]
    left: Figures
    right: Figures
    is_cut: bool
    """Something is shown as replaced whole, because comparing its words would have taken long."""


class RepairBody(Act):
    """How to repair."""

    only_check: bool = False


class Problem(BaseModel):
    """Something that did not fit, and what was done."""

    kind: Literal["orphan", "cycle", "depth", "head", "opening-branch", "count"]
    id: str
    done: str


class Repaired(BaseModel):
    """What was found in one conversation."""

    messages: int
    problems: list[Problem]
