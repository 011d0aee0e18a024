"""The program ``salon``: the command line, bound to the house."""

import sys

from salon.app.launch import LocalBackstage
from salon.surfaces.cli import run


def main() -> None:
    """Run one command line and end the process with its exit code."""
    sys.exit(run(LocalBackstage()))
