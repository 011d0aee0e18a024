"""Answers in conversations: said, stopped, waited for, and how they came to be."""

from salon.surfaces.api.routes.answering import queue, requests, sending, settings

ROUTERS = (sending.router, queue.router, settings.router, requests.router)
"""Every router of answers."""
