"""What a person feels of the page."""
