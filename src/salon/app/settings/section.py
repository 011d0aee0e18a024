"""What every section of the settings is."""

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of ``salon.toml``; a field it does not know is a mistake."""
