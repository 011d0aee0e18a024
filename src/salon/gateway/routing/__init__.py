"""Where a request goes: plans, retries, fallback by class of error, breakers and passive health."""
