"""Saying something and having it answered: turns and runs bound to the tree of messages."""
