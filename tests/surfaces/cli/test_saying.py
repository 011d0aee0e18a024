"""``salon conversations send`` and what else is answered, against a real Salon."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

Shell = Callable[..., Any]
_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")


def begun(shell: Shell, *words: str) -> str:
    """Return a new conversation in which something was answered."""
    told = json.loads(shell("--json", "conversations", "send", "new", *words, "-m", "demo").out)
    return told["conversation_id"]


def shown(shell: Shell, conversation: str) -> list[dict[str, Any]]:
    return json.loads(shell("--json", "conversations", "show", conversation).out)["messages"]


def spoken(message: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in message["content"]["parts"])


def test_something_is_said_in_a_new_conversation_and_in_one_that_is_there(shell: Shell) -> None:
    done = shell("conversations", "send", "new", "demo:echo", "one", "-m", "demo", "-s", "Be brief.")
    assert (done.code, done.out) == (0, "one\n")
    conversation = done.err.split()[3].rstrip(".")
    assert shell("conversations", "send", conversation, "demo:echo", said="two").out == "two\n"
    assert [spoken(one) for one in shown(shell, conversation)][1::2] == ["one", "two"]
    settings = shell("conversations", "set", conversation).out
    assert settings.split() == ["instructions", "Be", "brief.", "model", "demo"]
    assert "Owner · " in shell("conversations", "show", conversation, "--last", "2").out


def test_something_is_said_in_a_new_temporary_conversation(shell: Shell) -> None:
    done = shell("conversations", "send", "new", "demo:echo", "one", "-m", "demo", "--temporary")
    assert (done.code, done.out) == (0, "one\n")
    conversation = done.err.split()[3].rstrip(".")
    assert conversation.startswith("tmpcnv_")
    assert shell("conversations", "send", conversation, "demo:echo", "two").out == "two\n"
    messages = shown(shell, conversation)
    assert [spoken(one) for one in messages][1::2] == ["one", "two"]
    said, answer = (one["id"] for one in messages[:2])
    compared = shell("--json", "conversations", "diff", conversation, said, answer)
    assert json.loads(compared.out)["shared_id"] == said
    merged = shell("conversations", "merge", conversation, answer, "--name", "Again", "--base", said)
    assert (merged.code, merged.out[:4]) == (0, "brn_")
    listed = [shell("conversations", "list", *more).out for more in ((), ("--temporary",))]
    assert [conversation in told for told in listed] == [False, True]
    refused = shell("conversations", "send", conversation, "hi", "--temporary")
    assert (refused.code, "--temporary is for a new conversation." in refused.err) == (2, True)
    assert shell("conversations", "delete", conversation, "--yes").code == 0
    gone = shell("conversations", "send", conversation, "three")
    assert (gone.code, conversation in gone.err) == (1, True)


def test_an_answer_in_json_has_its_message_and_what_it_answers(shell: Shell) -> None:
    told = json.loads(shell("--json", "conversations", "send", "new", "demo:echo hello", "-m", "demo").out)
    (answer,) = told["answers"]
    assert (answer["status"], answer["error"], spoken(answer["message"])) == ("complete", None, "hello")
    assert answer["message"]["parent_id"] == told["message"]["id"]
    assert answer["message"]["author"]["display_name"] == "demo"


def test_a_failing_model_ends_with_its_sentence_and_keeps_what_was_said(shell: Shell) -> None:
    done = shell("conversations", "send", "new", "demo:fail 500", "-m", "demo")
    assert (done.code, "salon: demo failed with status 500." in done.err) == (1, True)
    assert "Traceback" not in done.err
    unknown = shell("conversations", "send", "new", "hello", "-m", "nobody/knows")
    assert (unknown.code, unknown.err.count("salon: ")) == (1, 1)


def test_several_models_answer_under_their_names(shell: Shell) -> None:
    conversation = begun(shell, "demo:echo first")
    done = shell("conversations", "send", conversation, "demo:echo hi", "-m", "demo", "-m", "demo/demo")
    assert done.out == "demo:\nhi\n\ndemo/demo:\nhi\n"
    assert len(json.loads(shell("--json", "conversations", "branches", conversation).out)) == 2


def test_answers_are_made_again_gone_on_with_and_edited(shell: Shell) -> None:
    conversation = begun(shell, "demo:echo once")
    assert shell("conversations", "regenerate", conversation).out == "once\n"
    question, answer = shown(shell, conversation)
    assert len(answer["siblings"]) == 2
    assert shell("conversations", "continue", conversation, answer["id"]).code == 0
    done = shell(
        "conversations", "edit", conversation, question["id"], "demo:echo", "twice", "--name", "Other"
    )
    assert done.out == "twice\n"
    assert len(shown(shell, conversation)[0]["siblings"]) == 2
    what_if = shell(
        "conversations", "what-if", conversation, question["id"], "demo:echo thrice", "--name", "If"
    )
    assert what_if.out == "thrice\n"
    assert shell("conversations", "bridge", conversation, "Other").code == 0


def test_a_file_goes_along_and_is_not_kept_when_it_is_refused(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("otters")
    done = shell("--json", "conversations", "send", "new", "demo:echo read", "-f", str(path), "-m", "demo")
    (file, words) = json.loads(done.out)["message"]["content"]["parts"]
    assert (file["kind"], file["name"], words["text"]) == ("file", "notes.txt", "demo:echo read")
    again = shell("conversations", "send", "new", "demo:echo same", "-f", file["file_id"], "-m", "demo")
    assert again.out == "[File: notes.txt] otters [End of file: notes.txt] same\n"
    before = shell("files", "list").out
    assert shell("conversations", "send", "cnv_none", "x", "-f", str(path)).code == 1
    assert shell("files", "list").out == before
    assert shell("conversations", "send", "new", "x", "-f", "/no/such/file").code == 2


def test_nobody_waits_for_an_answer_and_it_is_followed_queued_behind_and_stopped(shell: Shell) -> None:
    conversation = begun(shell, "demo:echo first")
    slow = shell("conversations", "send", conversation, "demo:slow 100 demo:words 3000", "--no-wait")
    assert slow.out.split("\t")[0] == conversation
    waits = shell("conversations", "send", conversation, "demo:echo later", "--no-wait")
    queued = waits.err.split()[-1].rstrip(".")
    assert queued in shell("conversations", "queue", conversation).out
    assert shell("conversations", "queue", conversation, "--drop", queued).code == 0
    assert "Stopped 1." in shell("conversations", "stop", conversation).err
    until_s = time.monotonic() + 60
    while "No answer is being made" not in (seen := shell("conversations", "follow", conversation)).err:
        assert time.monotonic() < until_s, seen
    assert shown(shell, conversation)[-1]["status"] == "interrupted"


def test_what_waits_in_the_queue_is_shown_once_it_is_answered(shell: Shell) -> None:
    conversation = begun(shell, "demo:echo first")
    shell("conversations", "send", conversation, "demo:slow 20 demo:words 60", "--no-wait")
    done = shell("conversations", "send", conversation, "demo:echo later")
    assert done.out == "later\n"
    assert [spoken(one) for one in shown(shell, conversation)][-1] == "later"


def test_control_c_stops_the_answer_at_the_server(house: House, shell: Shell) -> None:
    conversation = begun(shell, "demo:echo first")
    # A shell ignores Ctrl-C for what it runs in the background, and its children inherit that.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    salon = (sys.executable, "-c", listening + _SALON[-1])
    command = [*salon, "conversations", "send", conversation, "demo:slow 100 demo:words 3000"]
    with subprocess.Popen(
        command, env=house.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, bufsize=0,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.read(5) == b"salon"
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=100)
    assert (process.returncode, b"Stopped. What was said is kept" in told) == (130, True)
    last = shown(shell, conversation)[-1]
    assert (last["status"], spoken(last) + "\n") == ("interrupted", "salon" + rest.decode())


def test_what_cannot_be_meant_is_refused_in_a_sentence(shell: Shell) -> None:
    for words in (
        ("send", "new"), ("send", "new", "x", "--branch", "main"), ("send", "cnv_x", "x", "--title", "T"),
        ("queue", "cnv_x", "--send", "a", "--drop", "b"), ("what-if", "c", "m", "-m", "a", "-m", "b"),
    ):  # fmt: skip
        done = shell("conversations", *words)
        assert (done.code, "Traceback" in done.err, done.out) == (2, False, "")


def test_something_is_said_where_no_server_runs(tmp_path: Path, column: Column) -> None:
    alone = House(tmp_path / "data", HouseSetup(column=column))
    assert alone.salon("conversations", "send", "new", "demo:echo alone", said="").stdout == "alone\n"
    assert alone.salon("conversations", "send", "new", "x", "--no-wait", said="").returncode == 4
