"""The registry: which providers and models there are, what they can do and cost, and what aliases mean."""
