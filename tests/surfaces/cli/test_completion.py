"""The shell completes commands and options."""

import os
import shutil
import subprocess
import sys

import pytest

_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")


def _asked(**variables: str) -> str:
    environment = {**os.environ, **variables}
    done = subprocess.run(_SALON, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    assert "_SALON_COMPLETE" in _asked(_SALON_COMPLETE=f"{shell}_source")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("salon pro", "providers"), ("salon providers ad", "add"), ("salon keys create --bu", "--budget")],
)
def test_what_may_follow_is_offered(typed: str, offered: str) -> None:
    words = typed.split()
    told = _asked(_SALON_COMPLETE="zsh_complete", COMP_WORDS=typed, COMP_CWORD=str(len(words) - 1))
    assert offered in told.split()
