"""Providers, aliases and prices as people set them: stored, watched, tried, and put into the registry."""

from salon.gateway.configuration.service import ProviderService
from salon.gateway.configuration.sources import FileConfiguration
from salon.gateway.configuration.trial import Trial, TrialStep

__all__ = ["FileConfiguration", "ProviderService", "Trial", "TrialStep"]
