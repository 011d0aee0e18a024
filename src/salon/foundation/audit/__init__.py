"""Audit: a hash-chained record of every act that matters, written in the act's own transaction."""

from salon.foundation.audit.store import (
    AuditPage,
    AuditRecord,
    AuditVerdict,
    list_records,
    record,
    verify,
)

__all__ = ["AuditPage", "AuditRecord", "AuditVerdict", "list_records", "record", "verify"]
