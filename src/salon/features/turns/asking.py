"""Asks the gateway, and the registry for what models read and write."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from salon.features.turns.models import Window
from salon.foundation.accounts import KeyIdentity
from salon.foundation.messages import ModelRequest
from salon.gateway.counting.vocabularies import vocabulary_of
from salon.gateway.gateway import Gateway
from salon.gateway.inside import OpenAnswer
from salon.gateway.registry.target import Target

ASSUMED_TOKENS: Final = 32_768
"""The window of a model of which nobody tells one: what nearly all that are in use have, run locally too."""
_MOST_KEPT: Final = 20_000


class GatewayAsks:
    """The ``Asks`` of the house. One event loop."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._counts: OrderedDict[tuple[str, int, int], int] = OrderedDict()
        """By vocabulary and text; of the text only its hash and its length are kept."""

    def open(self, identity: KeyIdentity, request: ModelRequest) -> OpenAnswer:
        """Begin to ask; limits, budgets, routing and retries are the gateway's. Raises: ShuttingDown."""
        return self._gateway.inside.open(identity, request)

    async def window(self, model: str) -> Window:
        """Return how much a model reads: of an alias, the least of the targets that go first."""
        plan = await self._gateway.known(model)
        if plan is None:
            return Window(context_tokens=ASSUMED_TOKENS, is_assumed=True)
        choices = plan.route.choices
        first = [one.target for one in choices if one.priority == choices[0].priority]
        told = [target.context_tokens for target in first if target.context_tokens]
        written = [most for target in first if (most := self._most_output(target))]
        return Window(
            context_tokens=min(told, default=ASSUMED_TOKENS),
            max_output_tokens=min(written, default=None),
            is_assumed=not told,
            vocabulary_of=_one_vocabulary([target.model for target in first]),
        )

    async def count(self, texts: Sequence[str], *, window: Window) -> list[int] | None:
        """Return the tokens of each text by the model's vocabulary; None where it is not at hand."""
        name = vocabulary_of(window.vocabulary_of)
        if name is None:
            return None
        keys = [(name, hash(text), len(text)) for text in texts]
        unknown = [text for key, text in zip(keys, texts, strict=True) if key not in self._counts]
        if unknown:
            found = await self._gateway.counter.count_texts(unknown, model=window.vocabulary_of)
            if found is None:
                return None
            made = {(name, hash(text), len(text)): count for text, count in zip(unknown, found, strict=True)}
            self._counts.update(made)
        counts = [self._counts[key] for key in keys]
        while len(self._counts) > _MOST_KEPT:
            self._counts.popitem(last=False)
        return counts

    def _most_output(self, target: Target) -> int | None:
        listing = self._gateway.registry.listing(target.link.name)
        for info in listing.models if listing is not None else ():
            if info.id == target.model:
                return info.max_output_tokens
        return None


def _one_vocabulary(models: Sequence[str]) -> str:
    """Return a model whose vocabulary all of ``models`` read with; empty where there is none."""
    names = {vocabulary_of(model) for model in models}
    return models[0] if len(names) == 1 and None not in names else ""
