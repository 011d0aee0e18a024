"""What makes messages and titles findable: their words, and the notes of what is still to be indexed."""
