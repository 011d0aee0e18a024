"""The usual scene of a suite: one fake provider, and one house that reaches it in every dialect."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from salon.testing.columns import SQLITE, Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import PATIENT, House, HouseSetup, ProviderSetup, TomlValue, provider_for

DIALECTS = ("openai", "responses", "anthropic", "ollama", "gemini")
"""What its providers are spoken to in, and what every official client has its own of."""
CALLERS = (*DIALECTS, "ollama-generate", "completions")
"""What is asked in: the last two take one prompt, and are further doors to the same providers."""
PRICE = ("1.00", "2.00")
"""What a million tokens in and out cost at every provider of the scene."""


def model_of(dialect: str) -> str:
    """Return the model that is reached in ``dialect``."""
    return f"{dialect}-fake/fake"


def own_model(caller: str) -> str:
    """Return the model whose provider understands what ``caller`` speaks: bytes pass through."""
    return model_of({"ollama-generate": "ollama", "completions": "complete"}.get(caller, caller))


def usual_setup(
    fake_url: str,
    *,
    gateway: Mapping[str, TomlValue] | None = None,
    sections: Mapping[str, Mapping[str, TomlValue]] | None = None,
    environment: Mapping[str, str] | None = None,
    column: Column = SQLITE,
    more: Sequence[ProviderSetup] = (),
) -> HouseSetup:
    """Return a house that knows one fake provider once per dialect, and ``more`` of the suite's own."""
    return HouseSetup(
        providers=tuple(provider_for(dialect, fake_url) for dialect in (*DIALECTS, "complete")) + tuple(more),
        aliases={"fake": (model_of("openai"),), "team": tuple(model_of(dialect) for dialect in DIALECTS)},
        prices={model_of(dialect): PRICE for dialect in (*DIALECTS, "complete")},
        settings={"gateway": {**PATIENT, **(gateway or {})}, **(sections or {})},
        environment=environment or {},
        column=column,
    )


class Scene(msgspec.Struct, frozen=True):
    """A running fake provider and a running house."""

    fake: FakeProvider
    house: House


@contextmanager
def usual_scene(
    folder: Path,
    *,
    recordings: Path | None = None,
    gateway: Mapping[str, TomlValue] | None = None,
    sections: Mapping[str, Mapping[str, TomlValue]] | None = None,
    environment: Mapping[str, str] | None = None,
    column: Column = SQLITE,
    more: Callable[[str], Sequence[ProviderSetup]] = lambda _: (),
) -> Generator[Scene]:
    """Run the usual scene; both end with the block. ``more`` makes further providers at an address."""
    with FakeProvider(recordings=recordings).in_thread() as fake:
        setup = usual_setup(
            fake.url,
            gateway=gateway,
            sections=sections,
            environment=environment,
            column=column,
            more=more(fake.url),
        )
        with House(folder / "data", setup) as house:
            yield Scene(fake, house)
