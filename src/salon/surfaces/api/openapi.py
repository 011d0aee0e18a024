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
