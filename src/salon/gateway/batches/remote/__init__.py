"""Handing batches over: to the batches of a provider, at its price for them."""
