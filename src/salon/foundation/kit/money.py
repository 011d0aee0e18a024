"""Money as int64 in 10⁻¹⁰ of a named currency. The ledger never rounds; an invoice does."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NewType

MoneyE10 = NewType("MoneyE10", int)
"""An amount in 10⁻¹⁰ of its currency: 1 USD is 10_000_000_000."""

UNIT = 10_000_000_000
MAX_E10 = 2**63 - 1


def money(amount: Decimal | str | int) -> MoneyE10:
    """Return ``amount`` (whole currency units) in 10⁻¹⁰ units. Raises: OverflowError past int64."""
    value = int((Decimal(amount) * UNIT).to_integral_value(ROUND_HALF_EVEN))
    if abs(value) > MAX_E10:
        raise OverflowError("amount does not fit in 64 bits of 10⁻¹⁰")
    return MoneyE10(value)


def to_decimal(value: int) -> Decimal:
    """Return an amount in whole currency units, exactly."""
    return Decimal(value) / UNIT


def format_money(value: int | None, *, currency: str = "USD") -> str:
    """Return an amount for a person; ``None`` is "unpriced", never zero."""
    if value is None:
        return "unpriced"
    amount = to_decimal(value)
    sign = "$" if currency == "USD" else f"{currency} "
    if amount == 0:
        return f"{sign}0"
    places = 2 if abs(amount) >= 1 else 6
    text = f"{amount:.{places}f}"
    if places > 2:
        text = text.rstrip("0")
        if text.split(".")[1] == "":
            return f"<{sign}0.000001"
    return f"{sign}{text}"
