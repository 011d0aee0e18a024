"""Conversations: the tree, and what is done with it. One router per subject."""

from salon.surfaces.api.routes.conversations import branches, conversations, deletion, messages

ROUTERS = (conversations.router, branches.router, messages.router, deletion.router)
"""Every router of conversations; each part adds its own."""
