"""Shares: a part of a conversation as it is now, under an address that nobody guesses."""
