"""Every official client that can hand in a PDF, against a provider of every dialect: it arrives, or is refused."""

from typing import Any

import pytest

from salon.testing.questions import PAGE, SdkCaller
from salon.testing.scene import DIALECTS, Scene, model_of

CALLERS = [name for name in DIALECTS if name != "ollama"]
"""Who has a word for a PDF, and takes one; Ollama has no place for it, asked or answering."""

pytestmark = [
    pytest.mark.parametrize("sdk", CALLERS, indirect=True),
    pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"]),
]


@pytest.mark.parametrize("provider", CALLERS)
def test_a_document_reaches_the_provider(scene: Scene, sdk: SdkCaller, provider: str, stream: bool) -> None:
    said = sdk.ask("What is this?", model=model_of(provider), stream=stream, document=True)
    assert (said.text, sdk.lost & {"files"}) == ("tok " * 8, frozenset())
    sent = scene.fake.journal.exchanges[-1].body.decode()
    assert PAGE in sent
    assert "application/pdf" in sent


def test_a_document_that_has_no_place_is_refused(scene: Scene, sdk: SdkCaller, stream: bool) -> None:
    with pytest.raises(Exception, match="Ollama has no place for files") as caught:
        sdk.ask("What is this?", model=model_of("ollama"), stream=stream, document=True)
    error: Any = caught.value
    assert getattr(error, "status_code", getattr(error, "code", None)) == 400
    assert not scene.fake.journal.exchanges
