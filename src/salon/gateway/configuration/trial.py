"""Tries a provider for real: its list of models, a one-token streamed answer, a tool call.

A model that does not chat is asked for what it is for.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, SalonError, Unsupported, UpstreamRefused
from salon.foundation.messages import (
    Message,
    ModelRequest,
    OperationRequest,
    StreamFinish,
    TextPart,
    Tool,
    ToolChoice,
)
from salon.gateway.configuration.discovery import Discovery
from salon.gateway.configuration.other_trial import question, told
from salon.gateway.gateway import Gateway
from salon.gateway.registry.configured import Configured

_ENOUGH_TOKENS: Final = 512
_WEATHER: Final = Tool(
    name="get_weather",
    description="Get the weather of a city.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)


class TrialStep(msgspec.Struct, frozen=True, kw_only=True):
    """One question asked."""

    name: str
    ok: bool
    detail: str
    duration_ms: float


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of trying a provider."""

    provider: str
    model: str | None
    steps: tuple[TrialStep, ...]
    first_token_ms: float | None = None

    @property
    def ok(self) -> bool:
        """Tell whether requests to it will work; a model without tools still works."""
        return all(step.ok for step in self.steps if step.name != "tool call")


class Trials:
    """Asks the questions, as the caller, through the gateway itself."""

    def __init__(self, gateway: Gateway, discovery: Discovery, clock: Clock) -> None:
        self._gateway = gateway
        self._discovery = discovery
        self._clock = clock

    async def run(self, identity: KeyIdentity, configured: Configured, model: str | None) -> Trial:
        """Ask a provider for its models and one of them, or ``model``, for an answer."""
        provider = configured.spec.name
        if configured.link is None or not configured.spec.enabled:
            problem = configured.problem or "It is disabled."

            async def refuse() -> str:
                raise Conflict(problem=problem)

            return Trial(provider=provider, model=None, steps=(await self.step("ready", refuse),))
        step, listed = await self._list(configured)
        declared = configured.spec.models or configured.kind.models
        chosen = model or next(iter([*declared, *_likely_chat(listed)]), None)
        if chosen is None:
            return Trial(provider=provider, model=None, steps=(step,))
        trial = await self.ask(identity, provider, chosen)
        if not step.ok and declared:
            return trial  # a provider whose models are declared need not list them
        return msgspec.structs.replace(trial, steps=(step, *trial.steps))

    async def _list(self, configured: Configured) -> tuple[TrialStep, list[str]]:
        """Ask for the models, and keep the answer or the failure as any other question for them would."""
        listed: list[str] = []
        problem: str | None = None
        started_s = self._clock.monotonic_s()
        if configured.kind.listing == "fixed":
            listed += configured.kind.models
        else:
            listing = await self._discovery.ask(configured)
            listed += [model.id for model in listing.models]
            problem = listing.error
        counted = f"{len(listed)} model{'' if len(listed) == 1 else 's'}"
        step = TrialStep(
            name="list of models",
            ok=problem is None,
            detail=problem or counted,
            duration_ms=self._since_ms(started_s),
        )
        return step, listed

    async def ask(self, identity: KeyIdentity, provider: str, model: str) -> Trial:
        """Stream one token from ``model`` of ``provider`` and have it call a tool, or ask what it is for."""
        name = f"{provider}/{model}"
        other = self._other(name)
        if other is not None:
            step = await self.step("answer", lambda: self._ask_other(identity, other))
            return Trial(provider=provider, model=model, steps=(step,))
        first_ms: list[float] = []
        streamed = await self.step("streamed answer", lambda: self._stream(identity, name, first_ms))
        steps = [streamed]
        if streamed.ok:
            steps.append(await self.step("tool call", lambda: self._call(identity, name)))
        return Trial(
            provider=provider,
            model=model,
            steps=tuple(steps),
            first_token_ms=first_ms[0] if first_ms else None,
        )

    def _other(self, model: str) -> OperationRequest | None:
        """Return what to ask of a model that does not chat."""
        try:
            target = self._gateway.registry.plan(model).targets[0]
        except SalonError:
            return None  # the question of a chat will say why
        return question(model, target.defaults)

    async def _ask_other(self, identity: KeyIdentity, request: OperationRequest) -> str:
        return told(await self._gateway.inside.ask(identity, request))

    async def step(self, name: str, ask: Callable[[], Awaitable[str]]) -> TrialStep:
        """Ask one thing and say what came of it; never raises for what a provider did."""
        started_s = self._clock.monotonic_s()
        try:
            ok, detail = True, await ask()
        except SalonError as error:
            ok, detail = False, error.message
        return TrialStep(name=name, ok=ok, detail=detail, duration_ms=self._since_ms(started_s))

    def _since_ms(self, started_s: float) -> float:
        return round((self._clock.monotonic_s() - started_s) * 1000, 1)

    async def _stream(self, identity: KeyIdentity, model: str, first_ms: list[float]) -> str:
        try:
            return await self._stream_tokens(identity, model, 1, first_ms)
        except UpstreamRefused:
            # Models that reason first refuse a limit too small to hold their thoughts.
            return await self._stream_tokens(identity, model, _ENOUGH_TOKENS, first_ms)

    async def _stream_tokens(
        self, identity: KeyIdentity, model: str, limit: int, first_ms: list[float]
    ) -> str:
        request = ModelRequest(
            model=model, messages=(_user("Say hi."),), max_output_tokens=limit, stream=True
        )
        started_s = self._clock.monotonic_s()
        count, finish = 0, "no finish"
        async for event in self._gateway.inside.stream(identity, request):
            if not count:
                first_ms.append(self._since_ms(started_s))
            count += 1
            if isinstance(event, StreamFinish):
                finish = event.finish.reason
        return f"{count} events, {finish}"

    async def _call(self, identity: KeyIdentity, model: str) -> str:
        request = ModelRequest(
            model=model,
            messages=(_user("What is the weather in Paris? Use the tool."),),
            tools=(_WEATHER,),
            tool_choice=ToolChoice(mode="required"),
            max_output_tokens=_ENOUGH_TOKENS,
        )
        try:
            response = await self._gateway.inside.generate(identity, request)
        except Unsupported:  # Ollama's dialect knows no tool_choice
            free = msgspec.structs.replace(request, tool_choice=None)
            response = await self._gateway.inside.generate(identity, free)
        if not response.tool_calls:
            raise _NoCall(provider=model, detail="it answered with words instead of the tool call asked for")
        return f"{response.tool_calls[0].name} {response.tool_calls[0].arguments[:100]}"


class _NoCall(UpstreamRefused):
    """The model did not call the tool. Fields: ``provider``, ``detail``."""


def _user(text: str) -> Message:
    return Message(role="user", parts=(TextPart(text=text),))


def _likely_chat(models: Sequence[str]) -> list[str]:
    """Return the models with those first that are surely for chat: a list also names embeddings."""
    others = ("embed", "whisper", "tts", "dall-e", "image", "audio", "moderation", "realtime", "rerank")
    chat = [model for model in models if not any(word in model.lower() for word in others)]
    return sorted(chat, key=lambda model: ("mini" not in model and "haiku" not in model, models.index(model)))
