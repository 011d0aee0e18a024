"""What the routes of files declare: the services, and files by any of their names."""

from typing import Annotated

from fastapi import Depends

from salon.foundation.files import FileReference
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.surfaces.api.files.names import own_file
from salon.surfaces.api.requests import CurrentCaller, CurrentServices
from salon.surfaces.api.services import FileServices

OPERATION = "files"
"""What these rows are called as an operation."""
MOST_BODY_BYTES = 2**40
"""As told; how large a file may be is a setting, and is counted as it comes."""


def file_services(services: CurrentServices) -> FileServices:
    """Return the services. Raises: NotFound where this Salon has no files."""
    if services.files is None:
        raise NotFound(what="endpoint", id="/salon/v1/files")
    return services.files


CurrentFiles = Annotated[FileServices, Depends(file_services)]


async def named_file(files: CurrentFiles, caller: CurrentCaller, file_id: str) -> FileReference:
    """Return the file that the address names. Raises: FileMissing, FileExpired."""
    return await files.files.get(SpaceScope(caller.space_id), own_file(file_id))


NamedFile = Annotated[FileReference, Depends(named_file)]
