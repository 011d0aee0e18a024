"""``salon chat`` and ``salon ask``: talking with a model in the terminal."""

import contextlib
import importlib
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from salon.foundation.kit.errors import SalonError, StorageError
from salon.foundation.kit.whole_file import whole_file
from salon.surfaces.cli.answers import Heard, chat_body, listen
from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.default_model import default_model
from salon.surfaces.cli.session import Session, command_options, pass_session

_HELP = """\
/model NAME    talk to another model (alone: show the present one)
/models        list the models
/system TEXT   set the system message (alone: clear it)
/clear         forget the conversation
/save FILE     write the conversation as Markdown
/quit          leave (also Ctrl-D); Ctrl-C stops an answer"""


@click.command()
@click.argument("question", nargs=-1)
@click.option("-m", "--model", help="Model or alias; without it the first one there is.")
@click.option("-s", "--system", help="System message.")
@click.option("-t", "--temperature", type=float, help="0 is steady, higher is freer.")
@click.option("--max-tokens", type=click.IntRange(1), help="Longest answer, in tokens.")
@click.option("--reasoning", is_flag=True, help="Show the model's reasoning too.")
@command_options
@pass_session
def ask(
    session: Session,
    question: tuple[str, ...],
    *,
    model: str | None,
    system: str | None,
    temperature: float | None,
    max_tokens: int | None,
    reasoning: bool,
) -> int:
    """Ask one question. Words on standard input come before the QUESTION: cat notes | salon ask sum up."""
    piped = "" if sys.stdin.isatty() else sys.stdin.read().strip()
    text = "\n\n".join(part for part in (piped, " ".join(question)) if part)
    if not text:
        raise click.UsageError("Say what to ask: salon ask why is the sky blue")
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": text})
    with session.client() as client:
        name = model or default_model(client)
        body = chat_body(name, messages, temperature=temperature, max_tokens=max_tokens)
        heard = listen(client, body, session.output, show_reasoning=reasoning)
    if session.output.as_json:
        session.output.json(_as_json(name, heard))
    return 130 if heard.interrupted else 0


def _as_json(model: str, heard: Heard) -> dict[str, Any]:
    usage = msgspec.to_builtins(heard.usage) if heard.usage else None
    return {
        "model": model,
        "text": heard.text,
        "reasoning": heard.reasoning,
        "finish": heard.finish,
        "usage": usage,
        "first_token_s": heard.first_token_s,
        "total_s": round(heard.total_s, 3),
    }


@click.command()
@click.option("-m", "--model", help="Model or alias; without it the first one there is.")
@click.option("-s", "--system", help="System message.")
@click.option("--reasoning", is_flag=True, help="Show the model's reasoning too.")
@pass_session
def chat(session: Session, *, model: str | None, system: str | None, reasoning: bool) -> None:
    """Talk with a model; the conversation is kept in memory until you leave. /help lists the commands."""
    with session.client() as client:
        talk = Conversation(client, session, model=model or default_model(client), system=system)
        talk.show_reasoning = reasoning
        session.output.note(f"Talking to {talk.model}. /help lists the commands, Ctrl-D leaves.")
        with contextlib.suppress(EOFError):
            while talk.step():
                pass


class Conversation:
    """One conversation in memory."""

    def __init__(self, client: ApiClient, session: Session, *, model: str, system: str | None) -> None:
        self.client = client
        self.output = session.output
        self.model = model
        self.system = system
        self.show_reasoning = False
        self.turns: list[dict[str, Any]] = []

    def step(self) -> bool:
        """Read one line and act on it; False ends the conversation."""
        try:
            line = self._read().strip()
        except KeyboardInterrupt:
            self.output.note("\nCtrl-D or /quit leaves.")
            return True
        if not line:
            return True
        if line.startswith("/") and not line.startswith("//"):
            return self._command(line)
        self._say(line.removeprefix("/") if line.startswith("//") else line)
        return True

    def _read(self) -> str:
        prompt = "you> " if self.output.is_terminal and sys.stdin.isatty() else ""
        if prompt and self.output.has_colours:
            prompt = "\x01\x1b[1m\x02you>\x01\x1b[0m\x02 "
        if prompt:
            with contextlib.suppress(ImportError):
                importlib.import_module("readline")  # gives input() editing and history
        return input(prompt)

    def _say(self, text: str) -> None:
        messages = [{"role": "system", "content": self.system}] if self.system else []
        messages += [*self.turns, {"role": "user", "content": text}]
        try:
            heard = listen(
                self.client, chat_body(self.model, messages), self.output, show_reasoning=self.show_reasoning
            )
        except SalonError as error:
            self.output.note(f"salon: {error.message}")
            return
        if heard.interrupted:
            self.output.note("(stopped)")
        self.turns.append({"role": "user", "content": text})
        if heard.text:
            self.turns.append({"role": "assistant", "content": heard.text})

    def _command(self, line: str) -> bool:
        name, _, rest = line.partition(" ")
        rest = rest.strip()
        if name in ("/quit", "/exit"):
            return False
        if name == "/model":
            self.model = rest or self.model
            self.output.note(f"Talking to {self.model}.")
        elif name == "/models":
            for item in self.client.call("GET", "/salon/v1/models")["items"]:
                self.output.line(item["id"])
        elif name == "/system":
            self.system = rest or None
            self.output.note("System message set." if rest else "System message cleared.")
        elif name == "/clear":
            self.turns.clear()
            self.output.note("Forgotten.")
        elif name == "/save":
            self._save(rest)
        else:
            self.output.note(_HELP if name == "/help" else f"There is no command {name}.\n{_HELP}")
        return True

    def _save(self, name: str) -> None:
        if not name:
            self.output.note("Name a file: /save talk.md")
            return
        parts = [f"# {self.model}"]
        if self.system:
            parts.append(f"> {self.system}")
        parts += [
            f"**{'You' if turn['role'] == 'user' else self.model}:** {turn['content']}" for turn in self.turns
        ]
        try:
            with whole_file(Path(name).expanduser()) as file:
                file.write(("\n\n".join(parts) + "\n").encode())
        except StorageError as error:
            self.output.note(f"salon: {error.message}")
            return
        self.output.note(f"Saved {len(self.turns)} messages to {name}.")
