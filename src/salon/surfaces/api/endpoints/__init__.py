"""The one endpoint table: every address Salon serves, who may call it and how much it takes.

Both doors, the OpenAPI document and the permission matrix are made from it. A row without a policy
cannot be written, and a route without a row refuses to start.
"""

from salon.surfaces.api.endpoints.batches import BATCHES
from salon.surfaces.api.endpoints.matcher import Matched, RowMatcher
from salon.surfaces.api.endpoints.responses import RESPONSES
from salon.surfaces.api.endpoints.row import SHARED, SMALL_BODY_BYTES, Endpoint, check_rows
from salon.surfaces.api.endpoints.table import CORE, endpoints, management

__all__ = [
    "BATCHES",
    "CORE",
    "RESPONSES",
    "SHARED",
    "SMALL_BODY_BYTES",
    "Endpoint",
    "Matched",
    "RowMatcher",
    "check_rows",
    "endpoints",
    "management",
]
