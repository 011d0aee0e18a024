"""Composition root: settings to engines to features to server; the only place that knows everything."""
