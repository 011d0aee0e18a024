"""Files: content stored once under its hash, referenced per space, in a folder or an S3 bucket."""

from salon.foundation.files.attaching import Choice, Takes, Way, Wish, choose
from salon.foundation.files.attachments import Attached, Attachments, is_own, marked
from salon.foundation.files.blobs import BlobStore, LocalBlobs
from salon.foundation.files.erasing import erase_file, erase_kept_for
from salon.foundation.files.errors import (
    CannotAttach,
    ChecksumWrong,
    FileExpired,
    FileInfected,
    FileMissing,
    NothingToMake,
    OffsetTaken,
    QuotaExceeded,
    ScannerUnavailable,
    UploadEnded,
    UploadMissing,
    WrongOffset,
)
from salon.foundation.files.foreign import ForeignPictures
from salon.foundation.files.gate import Gate
from salon.foundation.files.making import SIZES, Making, PictureFormat
from salon.foundation.files.models import (
    Checksum,
    Derivative,
    FileQuery,
    FileReference,
    TextPage,
    TextPiece,
    Upload,
    Usage,
)
from salon.foundation.files.naming import check_named, contents_in_use
from salon.foundation.files.scanning import Scanner, ScannerDown, make_scanner
from salon.foundation.files.service import Files
from salon.foundation.files.sigv4 import Credentials
from salon.foundation.files.sniffing import sniff
from salon.foundation.files.uploads import Uploads

__all__ = [
    "SIZES",
    "Attached",
    "Attachments",
    "BlobStore",
    "CannotAttach",
    "Checksum",
    "ChecksumWrong",
    "Choice",
    "Credentials",
    "Derivative",
    "FileExpired",
    "FileInfected",
    "FileMissing",
    "FileQuery",
    "FileReference",
    "Files",
    "ForeignPictures",
    "Gate",
    "LocalBlobs",
    "Making",
    "NothingToMake",
    "OffsetTaken",
    "PictureFormat",
    "QuotaExceeded",
    "Scanner",
    "ScannerDown",
    "ScannerUnavailable",
    "Takes",
    "TextPage",
    "TextPiece",
    "Upload",
    "UploadEnded",
    "UploadMissing",
    "Uploads",
    "Usage",
    "Way",
    "Wish",
    "WrongOffset",
    "check_named",
    "choose",
    "contents_in_use",
    "erase_file",
    "erase_kept_for",
    "is_own",
    "make_scanner",
    "marked",
    "sniff",
]
