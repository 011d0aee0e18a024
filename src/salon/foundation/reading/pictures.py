"""A picture in another size and format, upright, in sRGB, without what its camera wrote into it."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

from salon.foundation.workers.models import Refusal, Send

MOST_PIXELS: Final = 80_000_000
"""Of one picture, looked at before anything is decoded."""
MOST_FRAMES: Final = 300
MOST_MOVING_PIXELS: Final = 200_000_000
"""Of all frames together; more show their first frame."""
MOST_PROFILE_BYTES: Final = 2 * 1024**2
MOST_WORDS_BYTES: Final = 1024**2
"""What a PNG may hold in text, unpacked."""
_FORMATS: Final = ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "ICO"]
_LEAST_FRAME_MS: Final = 20


def draw(arguments: dict[str, Any], send: Send) -> dict[str, Any]:
    """Send the picture at ``path``, or in ``content``, as ``format``; return what it is.

    Its longer side is at most ``size``. ``format`` is ``png``, ``jpeg`` or ``webp``; only the last one moves,
    and only if ``moves``.
    Raises: Refusal for what is no picture, or too large.
    """
    from PIL import Image, PngImagePlugin  # noqa: PLC0415 - heavy

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MOST_WORDS_BYTES
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    size, form = int(arguments["size"]), str(arguments["format"])
    try:
        with Image.open(_source(arguments), formats=_FORMATS) as picture:
            _check(picture)
            frames = _frames(picture) if arguments.get("moves") and form == "webp" else 1
            if frames > 1:
                return _send(send, _moving(picture, size, frames), form, frames=frames)
            picture.draft("RGB", (size, size))  # a large JPEG is decoded small
            return _send(send, iter([(_drawn(picture, size), 0)]), form, frames=1)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many() from error
    except (OSError, SyntaxError, ValueError, ZeroDivisionError) as error:
        raise Refusal(f"It is no picture that can be read ({type(error).__name__}).") from error


def _source(arguments: dict[str, Any]) -> str | io.BytesIO:
    content = arguments.get("content")
    return str(arguments["path"]) if content is None else io.BytesIO(content)


def _too_many() -> Refusal:
    return Refusal(f"It has more than {MOST_PIXELS // 1_000_000} million pixels.")


def _check(picture: Any) -> None:
    """Look at the numbers before anything is decoded. Raises: Refusal."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise _too_many()
    if len(picture.info.get("icc_profile") or b"") > MOST_PROFILE_BYTES:
        picture.info.pop("icc_profile")


def _frames(picture: Any) -> int:
    count = int(getattr(picture, "n_frames", 1))
    width, height = picture.size
    is_moving = 1 < count <= MOST_FRAMES and width * height * count <= MOST_MOVING_PIXELS
    return count if is_moving else 1


def _moving(picture: Any, size: int, count: int) -> Iterator[tuple[Any, int]]:
    for place in range(count):
        picture.seek(place)
        shown_ms = int(picture.info.get("duration", 100) or 100)
        yield _drawn(picture, size), max(shown_ms, _LEAST_FRAME_MS)


def _drawn(picture: Any, size: int) -> Any:
    """Return the picture upright, small, and in sRGB."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - heavy

    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    plain = _in_srgb(upright, profile)
    plain.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return plain


def _in_srgb(picture: Any, profile: bytes | None) -> Any:
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    wanted = "RGBA" if has_alpha else "RGB"
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        from PIL import ImageCms  # noqa: PLC0415 - heavy

        colours: Any = ImageCms  # its types are not whole
        # A profile that is broken is as good as none.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            theirs, ours = colours.ImageCmsProfile(io.BytesIO(profile)), colours.createProfile("sRGB")
            mode = "RGBA" if picture.mode == "RGBA" else "RGB"
            converted = colours.profileToProfile(picture, theirs, ours, outputMode=mode)
            if converted is not None:
                return converted.convert(wanted)
    if picture.mode.startswith("I;16"):
        picture = picture.point(_eight_bits).convert("L")
    return picture.convert(wanted)


def _eight_bits(value: Any) -> Any:
    return value / 256


def _send(send: Send, frames_of: Iterator[tuple[Any, int]], form: str, *, frames: int) -> dict[str, Any]:
    drawn = list(frames_of)
    first = drawn[0][0]
    if form == "jpeg" and first.mode == "RGBA":
        first = _on_white(first)
    out = io.BytesIO()
    options: dict[str, Any] = {"png": {"optimize": False}, "jpeg": {"quality": 85}, "webp": {"quality": 80}}[
        form
    ]
    if frames > 1:
        rest = [picture for picture, _ in drawn[1:]]
        options |= {"save_all": True, "append_images": rest, "duration": [ms for _, ms in drawn], "loop": 0}
    first.info = {}
    first.save(out, format=form, **options)
    send(out.getvalue())
    return {"width": first.width, "height": first.height, "frames": frames, "media_type": f"image/{form}"}


def _on_white(picture: Any) -> Any:
    from PIL import Image  # noqa: PLC0415 - heavy

    ground = Image.new("RGB", picture.size, (255, 255, 255))
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
