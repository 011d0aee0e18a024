"""Saved prompts: a text with typed variables, kept in versions."""
