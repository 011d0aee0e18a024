"""Conversations: one tree of immutable messages, and named branches that point into it."""
