"""Backups: made while the database is in use, checked before they replace anything.

A backup is one file in ``<directory of the database>/backups`` with a manifest beside it, and if asked for a
folder with the content of stored files. The master key
of the secrets is never in it: after a restore, ``unknown_key_ids`` tells which secrets need another key.

SQLite is copied with its online backup; PostgreSQL needs ``pg_dump`` and ``pg_restore``, not older than
the server. What is no coroutine here waits for disks: call it from the command line or in a thread.
"""

from salon.foundation.storage.backup.archive import (
    BackupInfo,
    Manifest,
    list_backups,
    read_backup,
    verify_backup,
)
from salon.foundation.storage.backup.checking import CheckReport, check, examine_file, unknown_key_ids
from salon.foundation.storage.backup.keeping import ends_at_ms, prune
from salon.foundation.storage.backup.making import back_up, backup_file, default_directory, dump_postgres
from salon.foundation.storage.backup.restoring import RestoreReport, restore_file, restore_postgres
from salon.foundation.storage.backup.stored_files import bring_files_back, keep_files

__all__ = [
    "BackupInfo",
    "CheckReport",
    "Manifest",
    "RestoreReport",
    "back_up",
    "backup_file",
    "bring_files_back",
    "check",
    "default_directory",
    "dump_postgres",
    "ends_at_ms",
    "examine_file",
    "keep_files",
    "list_backups",
    "prune",
    "read_backup",
    "restore_file",
    "restore_postgres",
    "unknown_key_ids",
    "verify_backup",
]
