"""The rows of stored responses and of the conversations they are in, in OpenAI's words."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints.row import CHAT_BODY_BYTES, Endpoint, Method

RESPONSES: Final = "responses"
"""What the rows of stored responses are called as an operation."""
_ROWS: Final[tuple[tuple[Method, str, str], ...]] = (
    ("GET", "/v1/responses/{response_id}", "Show a stored response, or follow it while it is made."),
    ("DELETE", "/v1/responses/{response_id}", "Delete a stored response."),
    ("POST", "/v1/responses/{response_id}/cancel", "Stop a response that is made in the background."),
    ("GET", "/v1/responses/{response_id}/input_items", "List what a stored response was asked with."),
    ("POST", "/v1/conversations", "Begin a conversation."),
    ("GET", "/v1/conversations/{conversation_id}", "Show a conversation."),
    ("POST", "/v1/conversations/{conversation_id}", "Change the metadata of a conversation."),
    ("DELETE", "/v1/conversations/{conversation_id}", "Delete a conversation."),
    ("GET", "/v1/conversations/{conversation_id}/items", "List the items of a conversation."),
    ("POST", "/v1/conversations/{conversation_id}/items", "Add items to a conversation."),
    ("GET", "/v1/conversations/{conversation_id}/items/{item_id}", "Show an item of a conversation."),
    ("DELETE", "/v1/conversations/{conversation_id}/items/{item_id}", "Delete an item of a conversation."),
)
"""Method, path, summary."""
ROWS: Final[tuple[Endpoint, ...]] = tuple(
    Endpoint(
        method=method,
        path=path,
        dialect="responses",
        summary=f"{summary[:-1]}, in the words of OpenAI.",
        policy=Right.USE_CONVERSATIONS,
        operation=RESPONSES,
        max_body_bytes=CHAT_BODY_BYTES,
    )
    for method, path, summary in _ROWS
)
