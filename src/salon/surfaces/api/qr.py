"""Addresses as QR codes."""

import io


def qr_svg(address: str) -> str:
    """Return an address as a picture: dark on light whatever the page is, so that cameras read it."""
    import segno  # noqa: PLC0415 - only for whoever shares

    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False, omitsize=False
    )
    return out.getvalue().decode().strip()
