"""What a house loads only once it listens: its conversations, if there are any."""

import asyncio
from pathlib import Path

from salon.app.compose import compose
from salon.app.configuration import load
from salon.app.conversations import is_language_model
from salon.app.house import House
from salon.app.later import load_rest
from salon.app.source import find_source
from salon.surfaces.api.app import build_app
from salon.surfaces.api.routes import conversation_routers, house_routers
from salon.testing.load import until_async


async def _opened(data_dir: Path) -> House:
    source = find_source(data_dir=str(data_dir), environ={}, options={})
    house = await compose(load(source), role="whole", address=None)
    app = build_app(house.services, load_routers=house_routers, load_more=conversation_routers)
    await load_rest(house, app)
    return house


def test_a_house_loads_its_conversations_only_if_it_has_any(tmp_path: Path) -> None:
    async def play() -> None:
        house = await _opened(tmp_path)
        try:
            assert not house.conversations.is_made
            services = await house.conversations.get()
            await services.tree.conversations.create(house.accounts.owner("local"), title="One")
        finally:
            await house.close()
        house = await _opened(tmp_path)
        try:
            assert house.conversations.is_made
        finally:
            await house.close()

    asyncio.run(play())


def test_a_run_that_was_left_loads_them_before_the_house_is_open(tmp_path: Path) -> None:
    async def play() -> None:
        house = await _opened(tmp_path)
        left = await house.runs.begin(house.accounts.owner("local"), "answer")
        await house.runs.let_go(left)
        await house.close()
        house = await _opened(tmp_path)
        try:
            assert house.conversations.is_made
        finally:
            await house.close()

    asyncio.run(play())


def test_a_database_that_is_away_is_asked_again_without_a_defect(tmp_path: Path, caplog) -> None:
    async def play() -> None:
        source = find_source(data_dir=str(tmp_path), environ={}, options={})
        house = await compose(load(source), role="whole", address=None)
        await house.storage.close()
        app = build_app(house.services, load_routers=house_routers, load_more=conversation_routers)
        loading = asyncio.ensure_future(load_rest(house, app))
        try:
            await until_async(
                lambda: _said(caplog, "conversations could not be loaded yet"), what="the warning"
            )
            assert not loading.done()
        finally:
            loading.cancel()
            await house.close()

    asyncio.run(play())


async def _said(caplog, words: str) -> bool:
    return words in caplog.text


def test_the_demo_is_asked_for_no_titles(tmp_path: Path) -> None:
    async def play() -> None:
        house = await _opened(tmp_path)
        try:
            assert not await is_language_model(house, "demo")
            assert await is_language_model(house, "nobody/knows")
        finally:
            await house.close()

    asyncio.run(play())
