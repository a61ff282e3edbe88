"""Which embedder there is to use."""

from enum import StrEnum
from importlib.util import find_spec

from pressrun.knowledge.embedding.weights import INSTALL, find_files

__all__ = ["INSTALL", "Kind", "chosen", "find_files"]


class Kind(StrEnum):
    """An embedder, by the name that is kept beside its vectors."""

    MINILM = "minilm"
    WORDLLAMA = "wordllama"


def chosen(wanted: str) -> Kind | None:
    """The embedder that `wanted` means: a kind, `none`, or `auto` for the best that is installed; None: it lacks."""
    for kind in Kind:
        if wanted in {kind.value, "auto"} and is_installed(kind):
            return kind
    return None


def is_installed(kind: Kind) -> bool:
    """Whether all that an embedder needs is there."""
    if find_spec("numpy") is None:
        return False
    if kind is Kind.WORDLLAMA:
        return find_spec("wordllama") is not None
    return find_spec("onnxruntime") is not None and find_spec("tokenizers") is not None and find_files() is not None
