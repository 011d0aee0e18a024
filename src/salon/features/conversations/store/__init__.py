"""All SQL of the conversations."""
