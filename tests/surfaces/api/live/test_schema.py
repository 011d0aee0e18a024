"""The schema of the socket's frames, as other programs make types of it."""

from typing import Any

from salon.surfaces.api.live.schema import CLIENT, SERVER, schemas


def test_each_type_of_a_frame_names_its_schema() -> None:
    found = schemas()
    for side, kinds in (("SocketClientFrame", CLIENT), ("SocketServerFrame", SERVER)):
        mapping: dict[str, str] = found[side]["discriminator"]["mapping"]
        assert mapping.keys() == {kind.__struct_config__.tag for kind in kinds}
        for word, place in mapping.items():
            schema: dict[str, Any] = found[place.rpartition("/")[2]]
            assert schema["properties"]["type"]["enum"] == [word]


def test_what_a_run_is_about_may_be_anything() -> None:
    assert schemas()["SocketRunState"]["properties"]["data"]["additionalProperties"] is True
