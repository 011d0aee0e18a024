"""Bodies about saved prompts."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from salon.surfaces.api.routes.schemas.common import Body
from salon.surfaces.api.routes.schemas.conversations import Act
from salon.surfaces.api.routes.schemas.free import checked

PromptName = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[str, Field(max_length=1000)]
Text = Annotated[str, Field(max_length=100_000)]
Value = Text | int | float | bool | None
Plain = Annotated[Value, AfterValidator(checked)]


class VariableBody(Body):
    """Something to fill in; it stands in the text as ``{{name}}``."""

    name: Annotated[str, Field(max_length=64)]
    kind: Literal["text", "number", "select", "date", "boolean"] = "text"
    label: Annotated[str, Field(max_length=200)] = ""
    is_required: bool = True
    default: Plain = None
    options: Annotated[list[Annotated[str, Field(max_length=100_000)]], Field(max_length=200)] = Field(
        default_factory=list[str]
    )
    """What can be chosen, for ``select``."""


class VersionBody(Act):
    """A version to add."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    variables: Annotated[list[VariableBody], Field(max_length=50)] = Field(default_factory=list[VariableBody])
    note: Words = ""
    """What is different in it."""
    is_live: bool = True
    """Whether it is used from now on."""


class PromptBody(VersionBody):
    """A prompt to make, with its first version."""

    name: PromptName
    description: Words = ""


class PromptChangeBody(Act):
    """What to change of a prompt; what is left out stays."""

    name: PromptName | None = None
    description: Words | None = None
    live: Annotated[int, Field(ge=1, le=1000)] | None = None
    """The number of the version that is used from now on."""


class PromptVersion(BaseModel):
    """A version of a prompt."""

    number: int
    text: str
    variables: list[VariableBody]
    note: str
    created_by: str | None
    created_at_ms: int


class PromptRow(BaseModel):
    """A saved prompt."""

    id: str
    name: str
    description: str
    live: int
    """The number of the version that is used."""
    latest: int
    version: int
    """Its ETag; counts every change."""
    created_by: str | None
    created_at_ms: int
    changed_at_ms: int


class Prompt(PromptRow):
    """A saved prompt with one of its versions."""

    shown: PromptVersion


class Prompts(BaseModel):
    """Prompts by name."""

    items: list[PromptRow]
    next: str | None


class PromptVersions(BaseModel):
    """Versions, the newest first."""

    items: list[PromptVersion]
    next: str | None


class RenderBody(Body):
    """What to fill in."""

    values: Annotated[dict[str, Value], Field(max_length=50), AfterValidator(checked)] = Field(
        default_factory=dict[str, Value]
    )
    number: Annotated[int, Field(ge=1, le=1000)] | None = None
    """The version; the live one unless named."""


class Rendered(BaseModel):
    """A prompt filled in."""

    text: str
