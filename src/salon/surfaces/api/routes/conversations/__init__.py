"""Conversations: the tree, and what is done with it. One router per subject."""

from salon.surfaces.api.routes.conversations import (
    branches,
    branching,
    conversations,
    deletion,
    exports,
    imports,
    messages,
    prompts,
    search,
    shared,
    shares,
    sorting,
    templates,
)

ROUTERS = (
    conversations.router,
    branches.router,
    branching.router,
    messages.router,
    deletion.router,
    search.router,
    exports.router,
    imports.router,
    sorting.router,
    prompts.router,
    templates.router,
    shares.router,
    shared.router,
)
"""Every router of conversations; each part adds its own."""
