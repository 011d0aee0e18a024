"""Providers: one folder each with a declared kind and a checklist. They do not know each other."""
