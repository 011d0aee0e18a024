"""Runs and durable events as people see them: one WebSocket per client, and server-sent events."""

from salon.surfaces.api.live.surface import LiveSurface

__all__ = ["LiveSurface"]
