"""The vault: credentials of providers, sealed in the database with a key that is kept outside it."""

from salon.gateway.vault.keys import MasterKeys, load_master_keys
from salon.gateway.vault.secrets import Vault

__all__ = ["MasterKeys", "Vault", "load_master_keys"]
