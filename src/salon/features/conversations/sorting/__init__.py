"""Folders, tags, what was read, acts on many conversations with undo, and templates."""
