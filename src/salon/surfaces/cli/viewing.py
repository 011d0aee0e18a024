"""Shows answers of a conversation as they are made; whoever presses Ctrl-C stops them at the server."""

import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from http import HTTPStatus
from typing import Any, Final

import msgspec

from salon.foundation.kit.terminal import StreamCleaner
from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.exits import Exit, ServedError
from salon.surfaces.cli.following import Follower, Seen
from salon.surfaces.cli.output import Output

_CONVERSATIONS: Final = "/salon/v1/conversations"
_SPOKEN: Final = frozenset({"text-delta", "refusal-delta"})


class Viewed(msgspec.Struct, kw_only=True):
    """What became of one answer."""

    run_id: str
    model: str
    status: str = "interrupted"
    error: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    """As the API shows it; null where it was erased meanwhile."""


def view_all(
    client: ApiClient, output: Output, sent: dict[str, Any], conversation_id: str, *, reasoning: bool = False
) -> int:
    """Show the answers that have begun, one after the other, and return the exit code."""
    found: list[Viewed] = []
    is_stopped = False
    for started in sent["answers"]:
        view = AnswerView(client, output, conversation_id, started, shows_reasoning=reasoning)
        if len(sent["answers"]) > 1 and not output.as_json:
            output.line(f"{'' if not found else chr(10)}{started['model']}:")
        if is_stopped:
            view.stop()
        found.append(view.watch())
        is_stopped = is_stopped or view.is_stopped
    if output.as_json:
        output.json({**sent, "conversation_id": conversation_id, "answers": msgspec.to_builtins(found)})
    if is_stopped:
        output.note("Stopped. What was said is kept; “salon conversations continue” goes on from there.")
        return Exit.INTERRUPTED
    for one in found:
        _tell(output, one)
    return Exit.OK if all(one.status == "complete" for one in found) else Exit.FAILED


def _tell(output: Output, viewed: Viewed) -> None:
    if viewed.error is not None:
        output.note(f"salon: {viewed.error.get('message', 'The answer failed.')}")
    elif viewed.status != "complete":
        output.note("salon: The answer was ended early. “salon conversations continue” goes on from there.")


def spoken(message: dict[str, Any] | None) -> str:
    """Return the words of a message."""
    content = None if message is None else message["content"]
    parts: Sequence[dict[str, Any]] = () if content is None else content["parts"]
    return "".join(part["text"] for part in parts if part["kind"] in {"text", "refusal"})


@contextmanager
def _undisturbed() -> Generator[None]:
    """Let Ctrl-C wait until what is printed is counted, too: else it would be printed again."""
    if threading.current_thread() is not threading.main_thread():
        yield  # nobody presses keys there
        return
    pressed: list[int] = []

    def press(number: int, _frame: object) -> None:
        pressed.append(number)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


class AnswerView:
    """One answer on its way to the terminal."""

    def __init__(
        self,
        client: ApiClient,
        output: Output,
        conversation_id: str,
        started: dict[str, Any],
        *,
        shows_reasoning: bool = False,
        follower: Callable[..., Follower] = Follower,
    ) -> None:
        self._client = client
        self._output = output
        self._path = f"{_CONVERSATIONS}/{segment(conversation_id)}/messages/{segment(started['message_id'])}"
        self._run_id = str(started["run_id"])
        self._follower = follower(client, self._run_id, on_wait=output.note)
        self._shows_reasoning = shows_reasoning and output.is_terminal
        self._viewed = Viewed(run_id=self._run_id, model=started["model"])
        self._cleaner = StreamCleaner()
        self._said: list[tuple[int, str]] = []
        """Words by the number of their event."""
        self._shown = ""
        self._is_certain = True
        """Whether everything that was shown is known to stay."""
        self._is_aside = False
        """Whether something other than the words stands on the line."""
        self.is_stopped = False

    def watch(self) -> Viewed:
        """Show the answer to its end. Ctrl-C stops it; again, and it is left. Raises: as the follower."""
        while True:
            try:
                with closing(self._follower.events()) as events:
                    for seen in events:
                        with _undisturbed():
                            self._take(seen)
                break
            except KeyboardInterrupt:
                if self.is_stopped:
                    raise
                self._is_certain = False
                self.stop()
        self._finish()
        return self._viewed

    def stop(self) -> None:
        """Stop the answer at the server; it is viewed to its end, which is near then."""
        self.is_stopped = True
        self._client.call("POST", f"/salon/v1/runs/{segment(self._run_id)}/stop")

    def _take(self, seen: Seen) -> None:
        if seen.type == "rewind":
            self._said = [one for one in self._said if one[0] <= seen.number]
            self._is_certain = False
        elif seen.type == "end":
            told: dict[str, Any] = seen.data.get("data") or dict[str, Any]()
            self._viewed.status = told.get("status") or seen.data.get("status", "interrupted")
            self._viewed.error = told.get("error")
        elif seen.type in _SPOKEN:
            self._said.append((seen.number, seen.data["text"]))
            if self._is_certain:
                self._print(seen.data["text"])
            else:
                self._show()
        elif seen.type == "reasoning-delta" and self._shows_reasoning:
            self._aside(seen.data.get("text", ""))
        elif seen.type == "tool-start" and not self._output.as_json:
            self._output.note(f"[{seen.data['name']} is called]")

    def _show(self) -> None:
        """Print what is said beyond what stands there, or all of it where that is something else."""
        said = "".join(text for _, text in self._said)
        if self._shown.startswith(said):
            return  # said once more, up to where it was before
        if not said.startswith(self._shown):
            self._output.note("\nThe server took the answer up anew; this is all of it:")
            self._shown = ""
        self._print(said[len(self._shown) :])

    def _print(self, text: str) -> None:
        if self._output.as_json:
            return
        if self._is_aside:
            self._is_aside = False
            self._output.raw("\n\n")
        self._output.raw(self._cleaner.feed(text))
        self._shown += text

    def _aside(self, text: str) -> None:
        self._is_aside = True
        text = self._cleaner.feed(text)
        self._output.raw(f"\x1b[2m{text}\x1b[0m" if self._output.has_colours else text)

    def _finish(self) -> None:
        if self._output.as_json or not self._is_certain:
            self._viewed.message = self._message()
        if not self._is_certain and self._viewed.message is not None:
            self._said = [(0, spoken(self._viewed.message))]
            self._show()
        if not self._output.as_json and (self._shown or self.is_stopped):
            self._output.raw(self._cleaner.finish() + ("" if self._shown.endswith("\n") else "\n"))

    def _message(self) -> dict[str, Any] | None:
        """Return the message that the answer became; None where it was erased meanwhile."""
        try:
            return self._client.call("GET", self._path)
        except ServedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return None
