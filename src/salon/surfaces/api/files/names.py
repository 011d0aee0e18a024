"""Reading the names of files and uploads out of addresses."""

from salon.foundation.files import FileMissing, UploadMissing
from salon.gateway.files import file_id_of, upload_id_of

_SHOWN: int = 200


def own_file(name: str) -> str:
    """Return the id of a file from any form. Raises: FileMissing for what is no id of ours."""
    file_id = file_id_of(name)
    if file_id is None:
        raise FileMissing(id=name[:_SHOWN])
    return file_id


def own_upload(name: str) -> str:
    """Return the id of an upload. Raises: UploadMissing for what is no id of ours."""
    upload_id = upload_id_of(name)
    if upload_id is None:
        raise UploadMissing(id=name[:_SHOWN])
    return upload_id
