"""Pictures in other sizes: upright, bounded, without what their camera wrote, and bombs refused."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from salon.foundation.reading.pictures import MOST_PROFILE_BYTES, draw
from salon.foundation.workers import Refusal
from salon.testing.documents import png_of, png_with_words


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, format=form, **options)
    return out.getvalue()


def drawn(content: bytes, tmp_path: Path, **wanted: Any) -> tuple[Image.Image, dict[str, Any]]:
    path = tmp_path / "picture"
    path.write_bytes(content)
    sent: list[bytes] = []
    told = draw({"path": str(path), "size": 64, "format": "webp", **wanted}, sent.append)
    picture = Image.open(io.BytesIO(sent[0]))
    picture.load()
    return picture, told


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_mode_becomes_every_format(mode: str, form: str, tmp_path: Path) -> None:
    source = "TIFF" if mode in {"CMYK", "I;16"} else "PNG"
    picture, told = drawn(encoded(Image.new(mode, (300, 150)), source), tmp_path, format=form)
    assert told == {"width": 64, "height": 32, "frames": 1, "media_type": f"image/{form}"}
    assert (picture.size, picture.format) == ((64, 32), form.upper())


def test_a_small_picture_is_not_made_larger(tmp_path: Path) -> None:
    assert drawn(encoded(Image.new("RGB", (10, 5)), "GIF"), tmp_path)[0].size == (10, 5)


def test_a_picture_stands_upright_and_tells_nothing_of_its_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera canary"
    content = encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif)
    picture, _ = drawn(content, tmp_path, format="jpeg")
    assert (picture.size, dict(picture.getexif())) == ((20, 40), {})


def test_colours_are_srgb_afterwards(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture, _ = drawn(
        encoded(Image.new("RGB", (9, 9), "red"), "PNG", icc_profile=profile), tmp_path, format="png"
    )
    assert picture.getpixel((0, 0)) == (254, 0, 0) or picture.getpixel((0, 0)) == (255, 0, 0)
    assert "icc_profile" not in picture.info


@pytest.mark.parametrize("profile", [b"no profile", bytes(MOST_PROFILE_BYTES + 1)])
def test_a_broken_or_huge_profile_is_as_good_as_none(profile: bytes, tmp_path: Path) -> None:
    content = encoded(Image.new("RGB", (9, 9), "red"), "JPEG", icc_profile=profile[: 60_000 * 40])
    assert drawn(content, tmp_path, format="png")[0].getpixel((0, 0)) == (254, 0, 0)


def moving(count: int) -> bytes:
    frames = [Image.new("RGB", (80, 40), (place, 0, 0)) for place in range(0, count * 20, 20)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)


def test_what_moves_moves_on_only_if_asked(tmp_path: Path) -> None:
    picture, told = drawn(moving(3), tmp_path, moves=True)
    assert (told["frames"], getattr(picture, "n_frames", 1)) == (3, 3)
    assert drawn(moving(3), tmp_path)[1]["frames"] == 1
    assert drawn(moving(3), tmp_path, moves=True, format="png")[1]["frames"] == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (png_of(100_000, 100_000), "million pixels"),
        (png_of(9_000, 9_000), "million pixels"),
        (png_with_words(50 * 1024**2), "no picture"),
        (png_of(50, 50)[:45], "no picture"),
        (b"\x89PNG\r\n\x1a\n", "no picture"),
        (b"GIF89a", "no picture"),
    ],
    ids=["pixels", "a few too many", "words", "cut", "a head", "another head"],
)
def test_bombs_and_scraps_are_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=reason):
        drawn(content, tmp_path)
