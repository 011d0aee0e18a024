"""The gateway: one way to a model. Routing, fallback, limits, caching, health, usage."""
