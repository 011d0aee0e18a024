"""The files endpoints of the dialects: OpenAI's files and uploads, Anthropic's files, Gemini's."""

from salon.surfaces.api.files.door import FileDoor

__all__ = ["FileDoor"]
