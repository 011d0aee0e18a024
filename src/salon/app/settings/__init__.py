"""The one schema of Salon's settings. Every field says what it does; nothing else defines a setting.

Read from ``salon.toml``, ``SALON_SECTION_KEY`` in the environment and the command line, in that order.
"""

import msgspec

from salon.app.settings.batches import BatchSettings
from salon.app.settings.conversations import ConversationSettings
from salon.app.settings.declared import (
    ModelSettings,
    ProviderSettings,
    ResidencySettings,
    RuleSettings,
    SplitSettings,
    TargetSettings,
    VariantSettings,
)
from salon.app.settings.gateway import (
    CacheSettings,
    GatewaySettings,
    KeySettings,
    PayloadSettings,
    RealtimeSettings,
)
from salon.app.settings.prices import PriceSettings, RateSettings
from salon.app.settings.responses import ResponseSettings
from salon.app.settings.runs import RunSettings
from salon.app.settings.server import FilesSettings, RedisSettings, ServerSettings, StorageSettings
from salon.app.settings.watching import LogSettings, MetricsSettings, OtelSettings

__all__ = [
    "BatchSettings",
    "CacheSettings",
    "ConversationSettings",
    "FilesSettings",
    "GatewaySettings",
    "KeySettings",
    "LogSettings",
    "MetricsSettings",
    "ModelSettings",
    "OtelSettings",
    "PayloadSettings",
    "PriceSettings",
    "ProviderSettings",
    "RateSettings",
    "RealtimeSettings",
    "RedisSettings",
    "ResidencySettings",
    "ResponseSettings",
    "RuleSettings",
    "RunSettings",
    "ServerSettings",
    "Settings",
    "SplitSettings",
    "StorageSettings",
    "TargetSettings",
    "VariantSettings",
]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    redis: RedisSettings = RedisSettings()
    files: FilesSettings = FilesSettings()
    gateway: GatewaySettings = GatewaySettings()
    realtime: RealtimeSettings = RealtimeSettings()
    cache: CacheSettings = CacheSettings()
    keys: KeySettings = KeySettings()
    payloads: PayloadSettings = PayloadSettings()
    batches: BatchSettings = BatchSettings()
    conversations: ConversationSettings = ConversationSettings()
    runs: RunSettings = RunSettings()
    responses: ResponseSettings = ResponseSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
    otel: OtelSettings = OtelSettings()
    providers: dict[str, ProviderSettings] = {}
    models: dict[str, ModelSettings] = {}
    residency: dict[str, ResidencySettings] = {}
    prices: dict[str, PriceSettings] = {}
