"""What is said between a process of ours and the one that holds answers against schemas: a length and MessagePack."""

from typing import IO, TypeVar

import msgspec

LENGTH_BYTES = 4

T = TypeVar("T")


class Request(msgspec.Struct, frozen=True):
    """One answer of a model, in UTF-8; `schema` is JSON, `cpu_s` the seconds of processor time it may cost."""

    schema: bytes
    text: bytes
    cpu_s: float


class Verdict(msgspec.Struct, frozen=True):
    """Why an answer does not fit, or why nobody can say; both None when it fits."""

    fault: str | None = None
    uncheckable: str | None = None


class UncheckableError(Exception):
    """An answer of which nobody can say whether it fits, and why."""


def send(stream: IO[bytes], message: Request | Verdict) -> None:
    """Write a message, whole."""
    frame = msgspec.msgpack.encode(message)
    stream.write(len(frame).to_bytes(LENGTH_BYTES, "big") + frame)
    stream.flush()


def receive(stream: IO[bytes], kind: type[T]) -> T | None:
    """The next message; None when the other side is gone."""
    head = stream.read(LENGTH_BYTES)
    size = int.from_bytes(head, "big")
    frame = stream.read(size) if len(head) == LENGTH_BYTES else b""
    return msgspec.msgpack.decode(frame, type=kind) if frame and len(frame) == size else None
