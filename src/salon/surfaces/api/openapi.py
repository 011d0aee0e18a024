"""The OpenAPI document: management from FastAPI, the compatible rows from the endpoint table."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from salon.surfaces.api.endpoints import CORE, Endpoint, management
from salon.surfaces.api.live import schema as socket

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"type": "object"},
                "request_id": {"type": "string"},
            },
        }
    },
}


def openapi_row() -> Endpoint:
    """Return the row of the document itself."""
    return management("GET", "/openapi.json", "signed-in", summary="This document.", operation="openapi")


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Return the whole document."""
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    components = document.setdefault("components", {})
    _tell_errors(document)
    components.setdefault("schemas", {})["Error"] = _ERROR
    components["schemas"].update(socket.schemas())
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "x-api-key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    }
    document["security"] = [{"bearer": []}, {"x-api-key": []}, {}]
    for row in CORE:
        if row.operation != "page":
            path = re.sub(r"\{(\w+):path\}", r"{\1}", row.path)
            document["paths"].setdefault(path, {})[row.method.lower()] = _operation(row)
    return document


def _tell_errors(document: dict[str, Any]) -> None:
    """Say what errors look like here, instead of what FastAPI's own would."""
    for operations in document["paths"].values():
        for operation in operations.values():
            told = operation.setdefault("responses", {})
            if "422" in told:
                told["422"] = _error("A field is not as declared here; the error names it, and its limit.")
            if "requestBody" in operation:
                told["413"] = _error("The body is over its limit of bytes, which the error names.")
            told["4XX"] = _error("An error.")
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"].get("schemas", {}).pop(name, None)


def _error(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _operation(row: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{row.method}{row.path}").strip("_").lower(),
        "summary": row.summary,
        "tags": [row.dialect or "salon"],
        "responses": {
            "200": {"description": "The answer, in the words of the dialect."},
            "4XX": {"description": "An error, in the words of the dialect."},
        },
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)", row.path)
        ],
    }
    if row.realtime == "client":
        socket.describe(operation)
    if row.method == "POST":
        schema = {"type": "object", "additionalProperties": True}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation
