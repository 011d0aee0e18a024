"""The page knows every door of the server, for an image in a text is fetched at none of them but files."""

import re
from pathlib import Path

from salon.surfaces.api.endpoints import endpoints
from salon.surfaces.api.routes import routers

ADDRESSES = Path(__file__).resolve().parents[2] / "web/src/markdown/safe/addresses.ts"


def test_the_page_fetches_no_image_at_a_door() -> None:
    routers()
    told = re.search(r"DOORS[^=]*= new Set\(\[(.*?)\]\)", ADDRESSES.read_text(), re.DOTALL)
    assert told is not None
    doors = {row.path.split("/")[1] for row in endpoints() if row.summary != "A test."}
    assert set(re.findall(r'"(\w+)"', told[1])) == doors - {"{page:path}"}
