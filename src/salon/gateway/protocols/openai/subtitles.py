"""Transcriptions as subtitles."""

from collections.abc import Iterator

from salon.foundation.messages import TranscriptionResponse, TranscriptSegment


def srt(said: TranscriptionResponse) -> str:
    """Write SubRip."""
    blocks = [
        f"{place}\n{_time(one.start_s, ',')} --> {_time(one.end_s, ',')}\n{one.text.strip()}\n"
        for place, one in enumerate(_segments(said), start=1)
    ]
    return "\n".join(blocks)


def vtt(said: TranscriptionResponse) -> str:
    """Write WebVTT."""
    blocks = [
        f"{_time(one.start_s, '.')} --> {_time(one.end_s, '.')}\n{one.text.strip()}\n"
        for one in _segments(said)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _segments(said: TranscriptionResponse) -> Iterator[TranscriptSegment]:
    """Yield the segments; all that was said as one where the provider told no times."""
    if said.segments:
        yield from said.segments
    elif said.text:
        yield TranscriptSegment(text=said.text, start_s=0.0, end_s=said.duration_s or 0.0)


def _time(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
