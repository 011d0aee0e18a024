"""Files: content stored once under its hash, referenced per space, in a folder or an S3 bucket."""

from salon.foundation.files.blobs import BlobStore, LocalBlobs
from salon.foundation.files.models import FileReference, QuotaExceeded, Usage
from salon.foundation.files.service import Files
from salon.foundation.files.sigv4 import Credentials
from salon.foundation.files.sniffing import sniff

__all__ = [
    "BlobStore",
    "Credentials",
    "FileReference",
    "Files",
    "LocalBlobs",
    "QuotaExceeded",
    "Usage",
    "sniff",
]
