"""Which model a question without one goes to, and what finding out costs."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.app.launch import LocalBackstage
from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.default_model import default_model
from salon.surfaces.cli.ports import Place


class Asked(ApiClient):
    """A client that keeps what it was asked."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.paths: list[str] = []

    def call(self, method: str, path: str, *given: Any, **named: Any) -> Any:
        self.paths.append(path)
        return super().call(method, path, *given, **named)


@pytest.fixture(autouse=True)
def log_level() -> Iterator[None]:
    """Undo what a command of its own house does to the log."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


@pytest.mark.parametrize(
    ("config", "model", "paths"),
    [
        ("", "demo", ["/v1/models"]),
        ('[models.ours]\ntargets = ["demo/demo"]\n', "ours", ["/v1/models"]),
        (
            '[providers.lab]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:9/v1"\nallow_private = true\n',
            "demo",
            ["/v1/models", "/salon/v1/models"],
        ),
    ],
)
def test_management_is_asked_only_where_it_may_know_more(
    tmp_path: Path, config: str, model: str, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.endswith("_API_KEY") or name == "OLLAMA_HOST"]:
        monkeypatch.delenv(name)
    (tmp_path / "salon.toml").write_text(config)
    with LocalBackstage().reach(Place(data_dir=str(tmp_path))) as address:
        client = Asked(address)
        assert default_model(client) == model
        assert client.paths == paths
