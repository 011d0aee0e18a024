"""The command line: ``salon …``. Each command is a client of the management API, or runs the server."""

import errno
import json
import os
import sys
from collections.abc import Sequence

import click

from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.terminal import printable
from salon.foundation.kit.whole_file import unwritten
from salon.surfaces.cli.encoding import write_what_fits
from salon.surfaces.cli.exits import Exit, exit_code
from salon.surfaces.cli.group import build
from salon.surfaces.cli.ports import Address, Backstage, Place, Role
from salon.surfaces.cli.session import Session
from salon.surfaces.cli.tables import width_of, wrapped

__all__ = ["Address", "Backstage", "Exit", "Place", "Role", "run"]


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_COMPLETION = "_SALON_COMPLETE"
"""The variable by which a shell asks; click's convention."""


def run(backstage: Backstage, arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code. Expected failures are one sentence, no traceback."""
    write_what_fits()
    root = build(backstage)
    if _COMPLETION in os.environ:
        return _complete(root)
    return _run(root, list(sys.argv[1:] if arguments is None else arguments))


def _run(root: click.Group, arguments: list[str]) -> int:
    context: click.Context | None = None
    try:
        context = root.make_context("salon", arguments)
        with context:
            result = root.invoke(context)
        return int(result) if isinstance(result, int) else Exit.OK
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SalonError as error:
        _tell(error, as_json=_wants_json(context))
        return exit_code(error)
    except (KeyboardInterrupt, EOFError, click.Abort):
        sys.stderr.write("\n")
        return Exit.INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and error.errno not in _FULL:
            raise
        return _stop_writing(error)


def _stop_writing(error: OSError) -> int:
    """End a command whose standard output takes nothing more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still on its way
    if isinstance(error, BrokenPipeError):
        return Exit.OK
    told = unwritten("What the command says", error)
    _tell(told, as_json=False)
    return exit_code(told)


def _complete(root: click.Group) -> int:
    """Answer the shell, which asks what may follow, or for the script that makes it ask."""
    from click.shell_completion import shell_complete  # noqa: PLC0415 - only when the shell asks

    return shell_complete(root, {}, "salon", _COMPLETION, os.environ[_COMPLETION])


def _wants_json(context: click.Context | None) -> bool:
    session = context.obj if context else None
    return isinstance(session, Session) and session.output.as_json


def _tell(error: SalonError, *, as_json: bool) -> None:
    if as_json:
        code = getattr(error, "served_code", error.code)
        sys.stdout.write(json.dumps({"error": {"code": code, "message": error.message}}) + "\n")
        return
    sys.stderr.write(wrapped(f"salon: {printable(error.message)}", width_of(sys.stderr)) + "\n")
