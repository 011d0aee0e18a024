"""What something cost, in words: never zero for what has no price."""

from typing import Any

from salon.foundation.kit.money import format_money


def shown_cost(row: dict[str, Any]) -> str:
    """Return the cost of a row of usage, of a request or of an attempt."""
    if row.get("cost_e10") is None:
        return "unpriced" if row.get("requests", row.get("output_tokens")) else "-"
    if row.get("unpriced") and not row["cost_e10"]:
        return "unpriced"
    text = format_money(row["cost_e10"], currency=row.get("currency") or "USD")
    return f"{text} + {row['unpriced']} unpriced" if row.get("unpriced") else text
