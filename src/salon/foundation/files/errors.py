"""What can be wrong with a stored file."""

from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, StorageError, TooLarge


class QuotaExceeded(TooLarge):
    """The space has no room for the file. Fields: ``limit_bytes``."""

    code = "no_room"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes=limit_bytes)


class FileMissing(NotFound):
    """The space has no such file. Fields: ``id``."""

    code = "file_missing"


class FileExpired(FileMissing):
    """The time for which the file was to be kept is over. Fields: ``id``."""

    code = "file_expired"


class UploadMissing(NotFound):
    """The space has no such upload, or no such part of it. Fields: ``id``."""

    code = "upload_missing"


class UploadEnded(Conflict):
    """The upload takes no more parts. Fields: ``id``, ``status``."""

    code = "upload_ended"


class WrongOffset(Conflict):
    """The part does not begin where the last one ended. Fields: ``offset``, ``received``."""

    code = "wrong_offset"
    status = 400


class OffsetTaken(WrongOffset):
    """The same, where clients ask for the place and go on. Fields: ``offset``, ``received``."""

    code = "wrong_offset"
    status = 409


class ChecksumWrong(InvalidRequest):
    """The bytes that came are not those that were sent. Fields: ``field``, ``algorithm``."""

    code = "checksum_wrong"
    status = 460
    """As tus says it; nothing of the part was kept."""


class FileInfected(InvalidRequest):
    """A virus scanner found something; the bytes are in quarantine. Fields: ``field``, ``found``."""

    code = "file_infected"
    status = 422


class ScannerUnavailable(StorageError):
    """The virus scanner gives no verdict, and files without one are refused. Fields: ``detail``."""

    code = "scanner_unavailable"


class NothingToMake(InvalidRequest):
    """The file has no text, or is no picture. Fields: ``field``, ``what``, ``media_type``."""

    code = "nothing_to_make"
    status = 422


class CannotAttach(InvalidRequest):
    """The model cannot be given the file. Fields: ``field``, ``name``, ``problem``."""

    code = "cannot_attach"
    status = 422
