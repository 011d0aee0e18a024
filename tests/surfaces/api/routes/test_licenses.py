"""What the server says of the licences it runs under is what is installed with it."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from salon.surfaces.api.routes.licenses import licenses

ROOT = Path(__file__).parents[4]
HEAD = re.compile(r"^([A-Za-z0-9._-]+) (\d\S*) \(.+\)$", re.MULTILINE)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_that_runs_is_told_with_its_licence() -> None:
    told = {plain(name): version for name, version in HEAD.findall(licenses())}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    here = [one for lines in lists for one in lines if "== 'win32'" not in one]
    needed = {plain(re.split(r"[^A-Za-z0-9._-]", one)[0]) for one in here}
    assert needed <= told.keys()
    assert told == {name: metadata.version(name) for name in told}
    assert told.keys().isdisjoint({"pytest", "ruff", "hypothesis"})


def test_the_texts_come_with_the_names() -> None:
    text = licenses()
    start = text.index("\nuvicorn ")
    assert "Redistribution and use in source and binary forms" in text[start : start + 1000]
