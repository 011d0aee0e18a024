"""The library: asking models from Python. ``import salon`` offers one ``Library``, bound to this machine."""

from salon.surfaces.library.embedding import Embeddings, embeddings_of
from salon.surfaces.library.engine import Engine, Opener, Options
from salon.surfaces.library.library import Chat, ChatStream, Library
from salon.surfaces.library.media import Picture, Speech, Told, Transcript
from salon.surfaces.library.remote import RemoteEngine
from salon.surfaces.library.results import Answer, KnownModel, Result, ToolCall
from salon.surfaces.library.streams import AsyncStream, Stream

__all__ = [
    "Answer",
    "AsyncStream",
    "Chat",
    "ChatStream",
    "Embeddings",
    "Engine",
    "KnownModel",
    "Library",
    "Opener",
    "Options",
    "Picture",
    "RemoteEngine",
    "Result",
    "Speech",
    "Stream",
    "Told",
    "ToolCall",
    "Transcript",
    "embeddings_of",
]
