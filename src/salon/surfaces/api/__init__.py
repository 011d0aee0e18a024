"""HTTP: the endpoint table, its two doors, and the management routes behind them."""
