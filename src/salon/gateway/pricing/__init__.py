"""What answers cost: dated prices per model, in exact integers."""

from salon.gateway.pricing.pictures import PicturePrice
from salon.gateway.pricing.price import Price, PriceTier, free
from salon.gateway.pricing.reported import ReportedCost
from salon.gateway.pricing.timeline import Timeline
from salon.gateway.pricing.written import written_price

__all__ = ["PicturePrice", "Price", "PriceTier", "ReportedCost", "Timeline", "free", "written_price"]
