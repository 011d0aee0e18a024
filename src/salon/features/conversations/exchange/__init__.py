"""Conversations in and out of the house: a neutral archive, its writers and its readers."""
