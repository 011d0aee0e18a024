"""Conversations as HTML that is read without JavaScript: the exported file and the shared page."""
