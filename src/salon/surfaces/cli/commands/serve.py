"""``salon serve``: the server itself."""

import click
import msgspec

from salon.surfaces.cli.ports import Role
from salon.surfaces.cli.session import Session, pass_session


@click.command()
@click.option(
    "--role",
    type=click.Choice(["whole", "gateway"]),
    default="whole",
    show_default=True,
    help="gateway: only the model endpoints and the management API, no page.",
)
@click.option("--host", metavar="ADDRESS", help="Address to listen on (SALON_HOST).")
@click.option("--port", metavar="PORT", help="TCP port, 0 for a free one (SALON_PORT).")
@click.option("--open", "open_page", is_flag=True, help="Open the page in a browser once it is up.")
@click.option("--no-browser", is_flag=True, help="Do not, whatever else says so (SALON_NO_BROWSER=1).")
@pass_session
def serve(
    session: Session, *, role: Role, host: str | None, port: str | None, open_page: bool, no_browser: bool
) -> int:
    """Run Salon until Ctrl-C or a stop signal. SIGHUP reads the settings again."""
    options = dict(session.place.options)
    if host:
        options["server.host"] = host
    if port:
        options["server.port"] = port
    if no_browser:
        options["server.no_browser"] = "true"
    place = msgspec.structs.replace(session.place, options=options)
    return session.backstage.serve(place, role=role, open_page=open_page)
