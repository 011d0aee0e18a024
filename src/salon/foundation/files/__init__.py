"""Files: content stored once under its hash, referenced per space, in a folder or an S3 bucket."""

from salon.foundation.files.blobs import BlobStore, LocalBlobs
from salon.foundation.files.errors import (
    FileExpired,
    FileMissing,
    QuotaExceeded,
    UploadEnded,
    UploadMissing,
    WrongOffset,
)
from salon.foundation.files.models import FileQuery, FileReference, Upload, Usage
from salon.foundation.files.service import Files
from salon.foundation.files.sigv4 import Credentials
from salon.foundation.files.sniffing import sniff
from salon.foundation.files.uploads import Uploads

__all__ = [
    "BlobStore",
    "Credentials",
    "FileExpired",
    "FileMissing",
    "FileQuery",
    "FileReference",
    "Files",
    "LocalBlobs",
    "QuotaExceeded",
    "Upload",
    "UploadEnded",
    "UploadMissing",
    "Uploads",
    "Usage",
    "WrongOffset",
    "sniff",
]
