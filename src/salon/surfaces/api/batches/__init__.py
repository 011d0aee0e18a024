"""The batch endpoints of the dialects: Anthropic's Message Batches and OpenAI's batches."""

from salon.surfaces.api.batches.door import BatchDoor

__all__ = ["BatchDoor"]
