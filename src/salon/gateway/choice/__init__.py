"""Chooses where a request goes: rules, splits, constraints and strategies, and says why."""
