"""What the command `pressrun` runs first: a server's API process is started before anything else is loaded."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressrun.worker.head_start import HeadStart

HELP = {"-h", "--help"}


def main() -> None:
    """The entry of the command."""
    head_start = _head_start(sys.argv[1:])
    try:
        from pressrun.cli.main import main as command  # noqa: PLC0415 - the API process loads its modules meanwhile

        command(head_start)
    finally:
        if head_start is not None:
            head_start.give_up()


def _head_start(arguments: list[str]) -> "HeadStart | None":
    """An API process that waits for its orders, if that is what the command will want."""
    if arguments[:1] != ["serve"] or HELP & set(arguments):
        return None
    from pressrun.worker.head_start import HeadStart  # noqa: PLC0415 - every other command goes without

    return HeadStart("pressrun.api.process")
