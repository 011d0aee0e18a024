"""Built-in tools of one provider in a request to another, which cannot run them.

A coding agent offers its maker's web search with every request, beside a dozen functions of its own: without
the search the model still does what it was asked. So such a tool is left out by name where the model has
another one and need not call any. By itself, or where a call is demanded, it is what the request is about.
"""

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest, Tool
from salon.gateway.protocols import losses
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import is_object


def known_tools(request: ModelRequest, dialect: str, lost: Lost) -> tuple[Tool, ...]:
    """Return the tools that a provider of ``dialect`` can be told of; name in ``lost`` what is left out.

    Raises: Unsupported when what is left out is what the request is about.
    """
    if all(tool.provider_data is None for tool in request.tools):
        return request.tools
    foreign = {i: kind for i, tool in enumerate(request.tools) if (kind := _foreign_kind(tool, dialect))}
    if not foreign:
        return request.tools
    kept = tuple(tool for i, tool in enumerate(request.tools) if i not in foreign)
    mode = "auto" if request.tool_choice is None else request.tool_choice.mode
    if mode in {"required", "tool"} or (not kept and mode != "none"):
        number = next(iter(foreign))
        name = request.tools[number].name
        raise Unsupported(field=f"tools[{number}]", problem=f"{name} is a tool of another provider.")
    lost.update(dict.fromkeys(map(losses.built_in_tool, foreign.values())))
    return kept


def _foreign_kind(tool: Tool, dialect: str) -> str | None:
    """Return which built-in tool of another dialect this is; None for one that can be told."""
    data = tool.provider_data or {}
    own = data.get(dialect)
    if is_object(own) and own.get("type"):
        return None
    kinds = (value.get("type") for value in data.values() if is_object(value))
    return next((str(kind) for kind in kinds if kind), None)
