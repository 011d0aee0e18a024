"""Kinds that are a declaration and nothing else: services, servers of one's own, and bare dialects.

A kind moves to a folder of its own when it needs code. What each does about every rule of the checklist
stands in ``checklist.toml``.
"""

from salon.gateway.providers.base import ProviderKind
from salon.gateway.providers.declared.addresses import ADDRESSES
from salon.gateway.providers.declared.local import LOCAL
from salon.gateway.providers.declared.services import SERVICES
from salon.gateway.providers.declared.voices import VOICES

KINDS: tuple[ProviderKind, ...] = (*SERVICES, *VOICES, *LOCAL, *ADDRESSES)
