"""What a bench has to reach, told for people beside its figures, and kept."""

import datetime
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from bench.gateway.machine import commit, describe

MEASURED: Final = Path(__file__).parents[1] / "docs" / "measured"


class Goal(msgspec.Struct, frozen=True):
    """A figure by its name, and what it has to be."""

    name: str
    text: str
    """What the figure is."""
    at_most: float | None = None
    at_least: float | None = None

    def is_reached(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        is_small = self.at_most is None or value <= self.at_most
        return is_small and (self.at_least is None or value >= self.at_least)

    def __str__(self) -> str:
        """Say what is asked."""
        asked = f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"
        return f"{self.text} {asked}"


def tell(figures: Mapping[str, Any], goals: Sequence[Goal]) -> int:
    """Print a line for each goal on standard error; return how many were missed."""
    missed = 0
    for goal in goals:
        value = figures[goal.name]
        is_reached = goal.is_reached(value)
        missed += not is_reached
        print(f"{'reached' if is_reached else 'MISSED '}  {goal}: {value}", file=sys.stderr, flush=True)
    return missed


def keep(name: str, made_by: str, figures: Mapping[str, Any], goals: Sequence[Goal]) -> None:
    """Write down what was measured, on which commit and machine, under ``docs/measured``."""
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    machine, at = describe(), commit()
    stem = MEASURED / f"{name}-{date}"
    result = {"date": date, "commit": at, "machine": machine, "figures": dict(figures)}
    stem.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    verdicts = [
        f"- {goal}: {value}, {'reached' if goal.is_reached(value) else '**missed**'}"
        for goal in goals
        for value in (figures[goal.name],)
    ]
    told = [
        f"# {name.replace('-', ' ').capitalize()}, {date}",
        "",
        f"Commit `{at}`. {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB,",
        f"{machine['system']}, Python {machine['python']}. Made by `{made_by}`.",
        "",
        *verdicts,
        "",
        "| figure | |",
        "| --- | --- |",
        *(f"| {figure} | {value} |" for figure, value in figures.items()),
    ]
    stem.with_suffix(".md").write_text("\n".join(told) + "\n")
