"""From a provider's socket to the caller's: attempts, readers of answers, deliveries to callers."""
