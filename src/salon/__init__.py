"""Salon: one self-hosted house for everything people do with language models.

The library's door. Nothing is imported until it is used, so ``import salon`` costs a millisecond::

    import salon

    print(salon.generate("hello"))                  # one answer
    for text in salon.stream("tell me a story"):    # as it comes
        print(text, end="", flush=True)
    talk = salon.chat(model="openai/gpt-5-mini")    # a conversation
    talk.send("My name is Ada."); print(talk.send("What is my name?"))
    north, south = salon.embed(["north", "south"])  # what texts mean, as vectors
    salon.image("a cat").save("cat.png")            # a picture; salon.speak and salon.transcribe are its like

Inside ``async`` code: ``await salon.agenerate(…)`` and ``async for text in await salon.astream(…)``.
"""

from salon.foundation.kit.version import __version__

TYPE_CHECKING = False
"""Known to type checkers; ``typing`` itself takes longer to import than all of this."""

if TYPE_CHECKING:
    from salon.app.embedding import library as _bound
    from salon.foundation.kit.errors import SalonError
    from salon.foundation.messages import Message, Tool
    from salon.surfaces.library import (
        AsyncStream,
        Chat,
        Embeddings,
        KnownModel,
        Library,
        Picture,
        Result,
        Speech,
        Stream,
        ToolCall,
        Transcript,
    )

    _library = _bound()
    configure = _library.configure
    generate = _library.generate
    agenerate = _library.agenerate
    stream = _library.stream
    astream = _library.astream
    chat = _library.chat
    embed = _library.embed
    aembed = _library.aembed
    image = _library.image
    aimage = _library.aimage
    speak = _library.speak
    aspeak = _library.aspeak
    transcribe = _library.transcribe
    atranscribe = _library.atranscribe
    models = _library.models
    close = _library.close

__all__ = [
    "AsyncStream",
    "Chat",
    "Embeddings",
    "KnownModel",
    "Library",
    "Message",
    "Picture",
    "Result",
    "SalonError",
    "Speech",
    "Stream",
    "Tool",
    "ToolCall",
    "Transcript",
    "__version__",
    "aembed",
    "agenerate",
    "aimage",
    "aspeak",
    "astream",
    "atranscribe",
    "chat",
    "close",
    "configure",
    "embed",
    "generate",
    "image",
    "models",
    "speak",
    "stream",
    "transcribe",
]

_FUNCTIONS = frozenset(
    {
        "aembed",
        "agenerate",
        "aimage",
        "aspeak",
        "astream",
        "atranscribe",
        "chat",
        "close",
        "configure",
        "embed",
        "generate",
        "image",
        "models",
        "speak",
        "stream",
        "transcribe",
    }
)
_HOMES = {
    "SalonError": "salon.foundation.kit.errors",
    "Message": "salon.foundation.messages",
    "Tool": "salon.foundation.messages",
}
"""Where the names come from that are not the library's own."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'salon' has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - a millisecond that a plain import need not pay

    if name in _FUNCTIONS:
        value = getattr(importlib.import_module("salon.app.embedding").library(), name)
    else:
        value = getattr(importlib.import_module(_HOMES.get(name, "salon.surfaces.library")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
