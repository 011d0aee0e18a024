"""``salon image``, ``salon speak`` and ``salon transcribe``: pictures, speech and recordings."""

import base64
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from salon.foundation.kit.whole_file import whole_file
from salon.foundation.messages import OperationName
from salon.gateway.operations import guessed
from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.new_file import NewFile
from salon.surfaces.cli.session import Session, command_options, pass_session

_TIMEOUT_S = 600.0
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _first_model(client: ApiClient, operation: OperationName) -> str:
    """Return the first model whose name says that it is for ``operation``; the demo if there is none."""
    known = [str(one["id"]) for one in client.call("GET", "/v1/models")["data"]]
    return next((name for name in known if operation in (guessed(name) or ())), "demo")


def _said(text: str | None, what: str) -> str:
    said = text if text is not None else ("" if sys.stdin.isatty() else sys.stdin.read().strip())
    if not said:
        raise click.UsageError(what)
    return said


def _without_nothing(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


@click.command()
@click.argument("prompt", required=False)
@click.option("-o", "--output", type=NewFile(), default=Path("picture.png"), help="Where to write it.")
@click.option("-m", "--model", help="Model or alias; without it the first one that makes pictures.")
@click.option("--size", help="Like 1024x1024.")
@click.option("--quality", help="The provider's word for it.")
@command_options
@pass_session
def image(
    session: Session,
    prompt: str | None,
    *,
    output: Path,
    model: str | None,
    size: str | None,
    quality: str | None,
) -> None:
    """Make a picture of PROMPT. Without it, standard input is the prompt."""
    said = _said(prompt, "Say what to make a picture of: salon image “a cat”")
    with session.client() as client:
        body = _without_nothing(
            model=model or _first_model(client, "images"), prompt=said, size=size, quality=quality
        )
        answer: dict[str, Any] = client.call("POST", "/v1/images/generations", body, timeout_s=_TIMEOUT_S)
    made = answer["data"][0]
    if "b64_json" in made:
        with whole_file(output) as file:
            file.write(base64.b64decode(made["b64_json"]))
        shown = {"file": str(output)}
    else:  # its provider keeps it
        shown = {"url": made["url"]}
    if session.output.as_json:
        session.output.json({"model": body["model"], **shown, "usage": answer.get("usage")})
    else:
        session.output.line(*shown.values())


@click.command()
@click.argument("text", required=False)
@click.option("-o", "--output", type=NewFile(), default=Path("speech.wav"), help="Where to write it.")
@click.option("-m", "--model", help="Model or alias; without it the first one that speaks.")
@click.option("--voice", default="alloy", show_default=True, help="The provider's name for a voice.")
@command_options
@pass_session
def speak(session: Session, text: str | None, *, output: Path, model: str | None, voice: str) -> None:
    """Speak TEXT into a file, in the format that its name ends with. Without TEXT, standard input is it."""
    said = _said(text, "Say what to speak: salon speak “good morning”")
    form = output.suffix.removeprefix(".") or "wav"
    with session.client() as client:
        named = model or _first_model(client, "speech")
        body = {"model": named, "input": said, "voice": voice, "response_format": form}
        with whole_file(output) as file, closing(client.stream("/v1/audio/speech", body)) as audio:
            size_bytes = sum(file.write(chunk) for chunk in audio)
    if session.output.as_json:
        session.output.json({"model": named, "file": str(output), "size_bytes": size_bytes})
    else:
        session.output.line(str(output))


@click.command()
@click.argument("file", type=_FILE)
@click.option("-m", "--model", help="Model or alias; without it the first one that writes recordings down.")
@click.option("--language", help="Of the recording, like en or de.")
@click.option("--english", is_flag=True, help="Write it down in English.")
@command_options
@pass_session
def transcribe(
    session: Session, file: Path, *, model: str | None, language: str | None, english: bool
) -> None:
    """Print what is said in FILE."""
    operation: OperationName = "translations" if english else "transcriptions"
    with session.client() as client, file.open("rb") as recording:
        fields = _without_nothing(model=model or _first_model(client, operation), language=language)
        told: dict[str, Any] = client.send_file(
            f"/v1/audio/{operation}", recording, name=file.name, fields=fields
        )
    if session.output.as_json:
        session.output.json({"model": fields["model"], **told})
    else:
        session.output.line(told["text"])
