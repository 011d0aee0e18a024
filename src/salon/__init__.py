"""Salon: one self-hosted house for everything people do with language models.

The library's door. Nothing is imported until it is used, so ``import salon`` costs a millisecond.
"""

from salon.foundation.kit.version import __version__

__all__ = ["__version__"]
