"""``salon conversations``: talked in, read, branched, sorted, put away and deleted."""

import click

from salon.surfaces.cli.commands.conversations import branching, deleting, reading, saying, sorting, waiting
from salon.surfaces.cli.session import ListingGroup, command_options


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def conversations() -> None:
    """Talk in conversations, read, branch, sort, delete and restore them."""


for command in (
    *reading.COMMANDS,
    *saying.COMMANDS,
    *waiting.COMMANDS,
    *branching.COMMANDS,
    *sorting.COMMANDS,
    *deleting.COMMANDS,
):
    conversations.add_command(command)
