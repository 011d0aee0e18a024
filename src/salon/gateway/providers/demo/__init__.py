"""The demo: a model that is always there, offline and deterministic, and says that it is no model.

It answers Chat Completions requests inside this process. Words in the last user message steer it:

=========================  =======================================================================
``demo:fail 429``          answers with that HTTP status (with Retry-After for 429 and 503)
``demo:stall``             sends nothing at all until somebody gives up
``demo:stall-mid``         begins an answer and then falls silent
``demo:break``             begins an answer and then breaks off
``demo:error``             begins a stream and then reports an error inside it
``demo:slow 50``           waits 50 ms before each piece
``demo:words 200``         answers with 200 words
``demo:think``             reasons first, as it also does when a reasoning effort is asked for
``demo:call NAME``         calls the tool NAME
``demo:echo``              answers with the rest of the message and nothing else
=========================  =======================================================================

Embeddings, rankings and judgements are made of words alone (``operations``), pictures are patterns and speech
is tones (``media``); there ``demo:fail 429`` works too; ``demo:flag violence`` is what a moderation finds.
Realtime sessions are of text alone (``sessions``).
"""

from salon.gateway.providers.base import Capabilities, ProviderKind
from salon.gateway.providers.demo.upstream import DemoUpstream

KIND = ProviderKind(
    name="demo",
    label="Demo",
    dialect="openai",
    chat_paths={"openai": "/chat/completions"},
    operation_paths={
        "openai-embeddings": "/embeddings",
        "rerank": "/rerank",
        "openai-moderations": "/moderations",
        "openai-images": "/images/generations",
        "openai-image-edits": "/images/edits",
        "openai-image-variations": "/images/variations",
        "openai-speech": "/audio/speech",
        "openai-transcriptions": "/audio/transcriptions",
        "openai-translations": "/audio/translations",
        "openai-realtime": "/realtime?model={model}",
    },
    base_url="http://demo.invalid",
    auth="none",
    needs_key=False,
    local=True,
    free=True,
    listing="fixed",
    models=("demo",),
    capabilities=Capabilities(
        tools=True,
        vision=True,
        reasoning=True,
        structured=True,
        operations=(
            "chat",
            "embeddings",
            "rerank",
            "moderations",
            "images",
            "image-edits",
            "image-variations",
            "speech",
            "transcriptions",
            "translations",
            "realtime",
        ),
    ),
    make_transport=DemoUpstream,
)
