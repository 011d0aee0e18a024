"""What answers cost: dated prices per model, in exact integers."""

from salon.gateway.pricing.price import FREE, Price, PriceTier, price_per_million

__all__ = ["FREE", "Price", "PriceTier", "price_per_million"]
