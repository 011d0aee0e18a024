"""A changed file is taken over whole or not at all."""

import asyncio
from pathlib import Path

from salon.app.configuration import Configuration, load
from salon.app.reload import LiveConfiguration
from salon.app.source import find_source
from salon.foundation.kit.errors import ConfigError


def _live(tmp_path: Path, text: str = "") -> tuple[LiveConfiguration, Path]:
    file = tmp_path / "salon.toml"
    file.write_text(text)
    return LiveConfiguration(load(find_source(data_dir=str(tmp_path), environ={}))), file


def test_live_setting_applies_and_restart_setting_is_named(tmp_path: Path) -> None:
    async def scenario() -> None:
        live, file = _live(tmp_path)
        seen: list[int] = []

        async def apply(fresh: Configuration) -> None:
            seen.append(fresh.settings.keys.concurrency)

        live.on_change(apply)
        file.write_text("[keys]\nconcurrency = 9\n[server]\nport = 1\n")
        result = await live.reload()
        assert result.changed == ("keys.concurrency",)
        assert result.needs_restart == ("server.port",)
        assert seen == [9]
        assert (await live.reload()).needs_restart == ("server.port",)

    asyncio.run(scenario())


def test_bad_file_keeps_the_last_good_settings_and_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        live, file = _live(tmp_path, "[keys]\nconcurrency = 4\n")
        file.write_text("[keys]\nconcurency = 5\n")
        result = await live.reload()
        assert "Did you mean keys.concurrency?" in (result.problem or "")
        assert live.problem == result.problem
        assert live.current.settings.keys.concurrency == 4
        file.write_text("[keys]\nconcurrency = 5\n")
        await live.reload()
        assert live.problem is None
        assert live.current.settings.keys.concurrency == 5

    asyncio.run(scenario())


def test_refusal_of_one_part_undoes_the_parts_before_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        live, file = _live(tmp_path)
        first: list[int] = []

        async def take(fresh: Configuration) -> None:
            first.append(fresh.settings.keys.concurrency)

        async def refuse(_fresh: Configuration) -> None:
            raise ConfigError(key="x", problem="no.", fix="yes.")

        live.on_change(take)
        live.on_change(refuse)
        file.write_text("[keys]\nconcurrency = 9\n")
        assert (await live.reload()).problem == "x: no. yes."
        assert first == [9, 0]
        assert live.current.settings.keys.concurrency == 0

    asyncio.run(scenario())
