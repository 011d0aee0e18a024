"""What Salon tells of itself: its log, figures and traces."""

from typing import Annotated, Literal

from salon.app.settings.section import Section
from salon.foundation.kit.settings import setting

_NONE = ""


class LogSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[log]``: what is written to standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], setting("Least severe line that is written.")
    ] = "info"
    format: Annotated[
        Literal["auto", "json", "text"],
        setting("auto: text on a terminal, JSON lines elsewhere.", reload="restart"),
    ] = "auto"


class MetricsSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[metrics]``: the Prometheus page at /metrics."""

    enabled: Annotated[bool, setting("Serve /metrics.", reload="restart")] = True


class OtelSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[otel]``: OpenTelemetry GenAI traces; off until an endpoint is set. Needs the extra ``otel``."""

    endpoint: Annotated[
        str,
        setting("OTLP/HTTP address for traces (http://host:4318/v1/traces). Empty: off.", reload="restart"),
    ] = _NONE
    headers: Annotated[
        tuple[str, ...],
        setting("Headers for the collector, as name=value.", secret=True, reload="restart"),
    ] = ()
    sample_ratio: Annotated[
        float, setting("Share of requests that are traced.", reload="restart", ge=0, le=1)
    ] = 1.0
    service_name: Annotated[str, setting("Name this Salon goes by in traces.", reload="restart")] = "salon"
