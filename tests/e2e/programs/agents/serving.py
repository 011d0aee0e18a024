"""Answers one question per line, as the tests ask them: a process starts once and is asked often."""

import json
import sys
from collections.abc import Callable
from typing import Any

CITY, DAYS, RESULT = "Zürich", 7, "sunny, 21°"
"""What the fake provider calls the tool with, and what the tool says."""


class Ran:
    """Takes note of what the tool was called with."""

    def __init__(self) -> None:
        self.calls: list[list[Any]] = []

    def weather(self, city: str, days: int) -> str:
        """The weather in a city."""
        self.calls.append([city, days])
        return RESULT


def serve(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer until there are no more questions; whatever a library prints goes elsewhere."""
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        try:
            said = {"said": answer(json.loads(line))}
        except Exception as problem:
            said = {"error": f"{type(problem).__name__}: {problem}"}
        out.write(json.dumps(said) + "\n")
        out.flush()
