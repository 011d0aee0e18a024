"""``salon ask``, ``chat`` and ``embed``, against a real Salon."""

import base64
import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from salon.testing.house import House

_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")


def test_ask_joins_standard_input_and_words(house: House) -> None:
    done = subprocess.run(
        [*_SALON, "ask", "-m", "demo", "demo:echo"],
        input="from the pipe",
        env=house.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "pipe" in done.stdout


def test_ask_in_json_tells_usage(house: House) -> None:
    answer = json.loads(house.ok("--json", "ask", "-m", "demo", "hello"))
    assert answer["finish"] == "stop"
    assert answer["usage"]["output_tokens"] > 0


def test_failing_model_ends_with_its_sentence(house: House) -> None:
    done = house.salon("ask", "-m", "demo", "demo:fail 500")
    assert done.returncode == 1
    assert done.stderr.startswith("salon: ")
    assert "Traceback" not in done.stderr


def test_answer_cannot_steer_the_terminal(house: House) -> None:
    out = house.ok("ask", "-m", "demo", "demo:echo \x1b]0;owned\x07safe")
    assert "\x1b" not in out
    assert "safe" in out


def test_chat_keeps_history_and_saves(house: House, tmp_path: Path) -> None:
    script = (
        f"hello\n/model demo\n/system be brief\nagain\n/save {tmp_path / 'talk.md'}\n/clear\n/nope\n/quit\n"
    )
    done = subprocess.run(
        [*_SALON, "chat", "-m", "demo"],
        input=script,
        env=house.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    saved = (tmp_path / "talk.md").read_text()
    assert saved.count("**You:**") == 2
    assert "> be brief" in saved
    assert "There is no command /nope" in done.stderr


def test_embed_prints_a_vector_for_each_text(house: House) -> None:
    first, second = map(json.loads, house.ok("embed", "-d", "8", "north", "south").splitlines())
    assert (len(first), len(second), first == second) == (8, 8, False)
    done = house.salon("embed", "--lines", "-d", "8", "--purpose", "query", said="north\n\nsouth\n")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [first, second]
    packed = house.ok("embed", "--base64", "-d", "8", "north").strip()
    assert struct.unpack("<8f", base64.b64decode(packed)) == pytest.approx(first)
    told = json.loads(house.ok("--json", "embed", "-d", "8", "north"))
    assert (told["model"], told["data"][0]["embedding"]) == ("demo", first)
    assert house.salon("embed", said="").returncode == 2
