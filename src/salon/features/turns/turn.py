"""The one loop: context in, gateway, stream, tool calls, until a final message or a limit."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Final, cast

import msgspec

from salon.features.turns.calling import Calls
from salon.features.turns.context import Fitted, fit
from salon.features.turns.entries import ContextFitted, StepAsked, StepEnded, StepStarted, TurnEnded
from salon.features.turns.errors import TurnLimit
from salon.features.turns.models import (
    Asked,
    AttemptOf,
    ContextMessage,
    Prompt,
    Step,
    TurnOutcome,
    TurnSpec,
    TurnStatus,
)
from salon.features.turns.ports import NO_TOOLS, Answer, Asks, Full, Summariser, ToolBox
from salon.features.turns.quoting import quoted
from salon.features.turns.rebuilding import compact, rebuilt
from salon.features.turns.writing import TurnLog
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import ClientGone, SalonError
from salon.foundation.ledger import AttemptEntry
from salon.foundation.messages import ModelRequest, Part, ToolCallPart
from salon.foundation.runs import RunHandle, StaleEpoch
from salon.gateway.inside import Told

_SETTLING_S: Final = 5.0
"""How long the row of a request that was left may take; its provider has been let go by then."""
_LOOK_BYTES: Final = 4096
"""After so much more is looked whether there is room."""


async def take_turn(
    asks: Asks,
    identity: KeyIdentity,
    spec: TurnSpec,
    messages: Sequence[ContextMessage],
    *,
    run: RunHandle,
    tools: ToolBox = NO_TOOLS,
    summaries: Summariser | None = None,
    full: Full | None = None,
) -> TurnOutcome:
    """Have a model answer, and write all of it into the run's log; the run itself is ended by the caller.

    What goes wrong is in the outcome, and what was said until then is kept. ``run.stop_requested`` stops
    the provider at once and leaves the turn ``interrupted``, and so does what is ``full``. Retries are the
    gateway's. No transaction is open while anything is awaited. Raises: StaleEpoch when another process
    took the run over; CancelledError, after the provider was let go and what had come was given to the log.
    """
    turn = _Turn(asks, identity, spec, messages, run=run, tools=tools, summaries=summaries, full=full)
    try:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(turn.watch(), name="turn-stop")
            try:
                await turn.go(group)
            finally:
                watch.cancel()
                turn.leave()
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    return turn.log.gathered.outcome()


class _Turn:
    """One turn under way."""

    def __init__(
        self,
        asks: Asks,
        identity: KeyIdentity,
        spec: TurnSpec,
        messages: Sequence[ContextMessage],
        *,
        run: RunHandle,
        tools: ToolBox,
        summaries: Summariser | None,
        full: Full | None,
    ) -> None:
        self.log = TurnLog(run)
        self._asks = asks
        self._identity = identity
        self._spec = spec
        self._messages = messages
        quotings = (message.quoting for message in messages if message.quoting is not None)
        self._known = {quote.id: quoted(quote) for quoting in quotings for quote in quoting.quotes}
        self._known |= {message.id: message for message in messages if message.id is not None}
        self._run = run
        self._tools = tools
        self._summaries = summaries
        self._full = full
        self._looks_at_bytes = 0
        self._offered = (*spec.tools, *tools.tools())
        self._answer: Answer | None = None
        self._calls: Calls | None = None
        self._fitting: asyncio.Task[Fitted | SalonError] | None = None
        self._is_halted = False
        self._is_final = False
        self._limit: SalonError | None = None

    async def watch(self) -> None:
        """Halt when somebody stops the run, or its time is over."""
        seconds = self._spec.limits.seconds
        try:
            async with asyncio.timeout(seconds):
                await self._run.stop_requested.wait()
        except TimeoutError:
            self._limit = TurnLimit(limit=f"{seconds:g} seconds")
        self._halt()

    def leave(self) -> None:
        """Let go of the provider, if it still answers; what it said goes into the log."""
        if self._answer is not None:
            self._answer.leave()
            self._answer = None
        with contextlib.suppress(SalonError):
            self.log.flush()
        self.log.close()

    async def go(self, group: asyncio.TaskGroup) -> None:
        """Take step after step, and write how it ended."""
        error: SalonError | None = None
        try:
            while not self._is_halted and await self._step(group):
                pass
        except StaleEpoch:
            raise
        except SalonError as found:
            error = found
        if self._run.is_lost:
            raise StaleEpoch(self._run.run_id)
        self._end(error)

    def _halt(self) -> None:
        self._is_halted = True
        if self._answer is not None:
            self._answer.leave()
        if self._calls is not None:
            self._calls.stop()
        if self._fitting is not None:
            self._fitting.cancel()

    def _end(self, error: SalonError | None) -> None:
        gathered = self.log.gathered
        if self._is_final:
            error = None  # a stop that came after the last word
        elif error is None or (self._is_halted and isinstance(error, ClientGone)):
            error = self._limit  # somebody's stop is no error
        status: TurnStatus = "complete"
        if error is not None or not self._is_final:
            status = "interrupted" if gathered.parts() or error is None or error is self._limit else "failed"
        told = None if error is None else error.to_json()
        self.log.write(TurnEnded(status=status, finish=gathered.step.finish, error=told))

    # -- one step ---------------------------------------------------------------------------------
    async def _step(self, group: asyncio.TaskGroup) -> bool:
        """Ask once and make the calls of the answer; tell whether there is to be another step."""
        request = await self._request(group)
        if request is None or self._is_halted:
            return False
        await self._ask(request)
        step = self.log.gathered.step
        calls = list(enumerate(step.calls()))
        if not calls:
            paused = step.finish is not None and step.finish.reason == "pause"
            self._is_final = step.finish is not None and not paused
            return paused and not self._is_halted and not self._is_over()
        if self._is_halted:
            self._refuse(calls, "It was not made: the turn was stopped.")
            return False
        if self._is_over():
            self._refuse(calls, "It was not made: a limit of the turn was reached.")
            return False
        return await self._call(calls)

    async def _request(self, group: asyncio.TaskGroup) -> ModelRequest | None:
        """Fit the context and write down what is asked; None when stopped. Raises: TurnTooLong."""
        gathered = self.log.gathered
        own = gathered.parts()
        fitted = await self._fit(own, group)
        if fitted is None:
            return None
        if fitted.summary is not None and fitted.summary.id is not None:
            self._known[fitted.summary.id] = quoted(fitted.summary)
        self.log.write(ContextFitted(report=fitted.report))
        prompt = msgspec.structs.replace(fitted.prompt, max_output_tokens=self._most_output())
        self.log.write(StepAsked(asked=self._asked(prompt)))
        asked = gathered.asked
        assert asked is not None
        return rebuilt(asked, self._known, answer=own, step=len(asked.prompts))

    async def _fit(self, own: Sequence[Part], group: asyncio.TaskGroup) -> Fitted | None:
        """Fit the context; a stop ends that too, for a model may be writing a summary."""

        def fitting() -> Coroutine[None, None, Fitted]:
            return fit(
                self._asks,
                self._spec,
                self._messages,
                own=own,
                tools=self._offered,
                summaries=self._summaries,
            )

        if self._summaries is None:
            return await fitting()
        self._fitting = group.create_task(_told_apart(fitting), name="turn-context")
        await asyncio.wait({self._fitting})
        fitted, self._fitting = self._fitting, None
        if fitted.cancelled():
            return None
        found = fitted.result()
        if isinstance(found, SalonError):
            raise found
        return found

    def _asked(self, prompt: Prompt) -> Asked:
        before, spec = self.log.gathered.asked, self._spec
        if before is not None:
            return Asked(model=spec.model, prompts=(compact(prompt, before),))
        return Asked(
            model=spec.model,
            instructions=spec.instructions,
            parameters=spec.parameters,
            tools=self._offered,
            prompts=(prompt,),
        )

    async def _ask(self, request: ModelRequest) -> None:
        """Ask, and take what comes. Raises: SalonError."""
        log, error = self.log, None
        number = len(log.gathered.steps) + 1
        answer = self._answer = self._asks.open(self._identity, request)
        log.write(StepStarted(number=number, request_id=answer.request_id, model=request.model))
        try:
            while events := await answer.take():
                log.add(events)
                if self._full is not None and self._is_full(self._full):
                    self._halt()
        except StaleEpoch:
            raise
        except SalonError as found:
            error = found
        told = await self._told(answer)
        self._answer = None
        log.write(StepEnded(step=self._told_step(number, answer.request_id, told, error)))
        if error is not None:
            raise error

    async def _told(self, answer: Answer) -> Told | None:
        try:
            async with asyncio.timeout(_SETTLING_S):
                return await answer.told()
        except TimeoutError:
            return None

    def _told_step(self, number: int, request_id: str, told: Told | None, error: SalonError | None) -> Step:
        finish = self.log.gathered.step.finish
        problem = None if error is None else error.to_json()
        if told is None:
            return Step(
                number=number, request_id=request_id, model=self._spec.model, finish=finish, error=problem
            )
        return Step(
            number=number,
            request_id=request_id,
            model=self._spec.model,
            route=told.route,
            usage=told.usage,
            cost_e10=told.cost_e10,
            currency=told.currency,
            attempts=tuple(map(_attempt, told.attempts)),
            finish=finish,
            decision=told.decision,
            losses=told.losses,
            error=problem,
            started_at_ms=told.started_at_ms,
            first_token_at_ms=told.first_token_at_ms,
            ended_at_ms=told.ended_at_ms,
        )

    # -- tools and limits -------------------------------------------------------------------------
    async def _call(self, calls: Sequence[tuple[int, ToolCallPart]]) -> bool:
        """Make the calls that are ours; those of the caller's own tools end the turn."""
        own = {tool.name for tool in self._spec.tools}
        ours = [one for one in calls if self._tools.has(one[1].name) or one[1].name not in own]
        self._calls = Calls(self._tools, self.log, self._spec.limits)
        await self._calls.make(ours)
        self._calls = None
        self._is_final = len(ours) < len(calls) and not self._is_halted
        return len(ours) == len(calls)

    def _refuse(self, calls: Sequence[tuple[int, ToolCallPart]], reason: str) -> None:
        Calls(self._tools, self.log, self._spec.limits).refuse(calls, reason)

    def _is_over(self) -> bool:
        """Tell whether no further step may be taken; ``_limit`` says why."""
        limits, steps = self._spec.limits, self.log.gathered.steps
        spent = sum(step.cost_e10 or 0 for step in steps)
        if len(steps) >= limits.steps:
            self._limit = TurnLimit(limit=f"{limits.steps} steps")
        elif limits.cost_e10 is not None and spent >= limits.cost_e10:
            self._limit = TurnLimit(limit=f"{limits.cost_e10 / 10**10:g} {steps[-1].currency}")
        elif limits.output_tokens is not None and self._spent_output() >= limits.output_tokens:
            self._limit = TurnLimit(limit=f"{limits.output_tokens} tokens of output")
        elif self._full is not None:
            self._is_full(self._full)
        return self._limit is not None

    def _is_full(self, full: Full) -> bool:
        """Tell whether no more can be kept; ``_limit`` says why. It is asked now and then."""
        written = self.log.written_bytes
        if self._limit is None and written >= self._looks_at_bytes:
            self._looks_at_bytes = written + _LOOK_BYTES
            self._limit = full(written)
        return self._limit is not None

    def _spent_output(self) -> int:
        return sum(step.usage.output_tokens for step in self.log.gathered.steps if step.usage is not None)

    def _most_output(self) -> int | None:
        """Return how many tokens the next step may write."""
        asked, most = self._spec.parameters.max_output_tokens, self._spec.limits.output_tokens
        if most is None:
            return asked
        left = max(1, most - self._spent_output())
        return left if asked is None else min(asked, left)


async def _told_apart(fitting: Callable[[], Coroutine[None, None, Fitted]]) -> Fitted | SalonError:
    """Return a refusal instead of raising it: a failed child would cancel the whole group.

    What fits is made in here: a task that is stopped before it began would leave it unawaited.
    """
    try:
        return await fitting()
    except SalonError as error:
        return error


def _first(error: BaseException) -> BaseException:
    """Return the error inside groups of them: of several that fell together, the first."""
    while isinstance(error, BaseExceptionGroup):
        inside = cast("BaseExceptionGroup[BaseException]", error)
        error = inside.exceptions[0]
    return error


def _attempt(entry: AttemptEntry) -> AttemptOf:
    return AttemptOf(
        provider=entry.provider_id,
        model=entry.model,
        status=entry.status,
        http_status=entry.http_status,
        error=entry.error_code,
        started_at_ms=entry.started_at_ms,
        first_byte_ms=entry.first_byte_ms,
        duration_ms=entry.duration_ms,
        cost_e10=entry.cost_e10,
    )
