"""Which model answers where none is named."""

from typing import Any

from salon.surfaces.cli.client import ApiClient


def default_model(client: ApiClient) -> str:
    """Return the model to use when none is named: the first real one, else the demo.

    What is known already is asked first; the management's list waits for providers and for prices, and
    in a Salon of this one command for the management to load.
    """
    known = [str(one["id"]) for one in client.call("GET", "/v1/models")["data"]]
    real = next((name for name in known if not name.startswith("demo")), None)
    if real is not None or client.address.only_demo:
        return real or "demo"
    items: list[dict[str, Any]] = client.call("GET", "/salon/v1/models")["items"]
    for item in items:
        if item["aliases"]:
            return str(item["aliases"][0])
    named = [str(item["id"]) for item in items]
    return next((name for name in named if not name.startswith("demo")), named[0] if named else "demo")
