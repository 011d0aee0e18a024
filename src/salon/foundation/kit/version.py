"""The version of this Salon."""

__version__ = "0.1.0"
