"""``salon open`` and ``salon login-link``: into the page, signed in."""

import click

from salon.surfaces.cli.session import Session, command_options, pass_session

_PATH = "/salon/v1/login-links"


@click.command()
@command_options
@pass_session
def login_link(session: Session) -> None:
    """Print an address that signs one browser in, once."""
    with session.running_client() as client:
        answer = client.call("POST", _PATH)
    if session.output.as_json:
        session.output.json(answer)
        return
    session.output.line(answer["url"])


@click.command("open")
@pass_session
def open_page(session: Session) -> None:
    """Open the page in a browser, signed in."""
    with session.running_client() as client:
        address = client.call("POST", _PATH)["url"]
    import webbrowser  # noqa: PLC0415 - slow import, beside its only use

    if not webbrowser.open(address):
        session.output.note("No browser was found. Open this address once:")
        session.output.line(address)
