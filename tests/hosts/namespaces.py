"""Hosts made of network namespaces: one router between them, addresses nowhere else, all gone at the end.

    host h --- veth --- router --- veth --- host g

What a fault does to the network happens in the router, where neither side sees it.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

CLONE_NEWNET = 0x40000000
TOOLS = ("ip", "iptables", "tc", "unshare", "sysctl")
NUMBERS = itertools.count()
PACKAGES = "iproute2 iptables util-linux procps"


def missing() -> str | None:
    """Why this machine cannot have hosts of ours; None when it can."""
    if os.getuid() != 0:
        return "network namespaces need root"
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        return f"{', '.join(lacking)} not found: apt-get install {PACKAGES}"
    probe = f"pressrun-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        return f"network namespaces are not allowed here: {made.stderr.strip()}"
    try:
        tried = subprocess.run(
            ["ip", "netns", "exec", probe, "iptables", "-A", "FORWARD", "-j", "DROP"],
            capture_output=True,
            text=True,
            check=False,
        )
        return f"packet filters are not allowed here: {tried.stderr.strip()}" if tried.returncode else None
    finally:
        run("ip", "netns", "del", probe)


def run(*command: str) -> None:
    """A command that must succeed; raises RuntimeError with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


class Network:
    """Hosts by name, each with an address of its own behind the router."""

    def __init__(self, names: Sequence[str]) -> None:
        self._prefix = f"pr{os.getpid()}x{next(NUMBERS)}"
        self._numbers = {name: number for number, name in enumerate(names, 1)}

    def address(self, host: str) -> str:
        """Where a host is reached from the others."""
        return f"10.203.{self._numbers[host]}.2"

    def namespace(self, host: str) -> str:
        """Its name for `ip netns`."""
        return f"{self._prefix}-{host}"

    def as_host(self, host: str) -> list[str]:
        """What stands before a command that is started while standing in a host, so that it has the host's name too."""
        return ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host]

    def make(self) -> None:
        """Make router, hosts and links."""
        router = self.namespace("router")
        run("ip", "netns", "add", router)
        run("ip", "netns", "exec", router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
        for host, number in self._numbers.items():
            inside = self.namespace(host)
            run("ip", "netns", "add", inside)
            run("ip", "-n", router, "link", "add", f"to-{host}", "type", "veth", "peer", "name", "net", "netns", inside)
            run("ip", "-n", router, "address", "add", f"10.203.{number}.1/24", "dev", f"to-{host}")
            run("ip", "-n", inside, "address", "add", f"10.203.{number}.2/24", "dev", "net")
            run("ip", "-n", router, "link", "set", f"to-{host}", "up")
            for link in ("lo", "net"):
                run("ip", "-n", inside, "link", "set", link, "up")
            run("ip", "-n", inside, "route", "add", "default", "via", f"10.203.{number}.1")

    def remove(self) -> None:
        """Remove every namespace; what is inside goes with it."""
        left = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
        for line in left.splitlines():
            name = line.split()[0]
            if name.startswith(self._prefix + "-"):
                run("ip", "netns", "del", name)

    @contextlib.contextmanager
    def black_hole(self, source: str, target: str) -> Iterator[None]:
        """Packets from one host to another vanish; the other direction is another black hole."""
        with self._filtered("-s", self.address(source), "-d", self.address(target), "-j", "DROP"):
            yield

    @contextlib.contextmanager
    def cut(self, one: str, other: str) -> Iterator[None]:
        """Nothing passes between two hosts, in neither direction."""
        with self.black_hole(one, other), self.black_hole(other, one):
            yield

    @contextlib.contextmanager
    def lossy(self, one: str, other: str, share: float) -> Iterator[None]:
        """Each packet between two hosts is lost with a probability."""
        lost = ["-m", "statistic", "--mode", "random", "--probability", str(share), "-j", "DROP"]
        here, there = self.address(one), self.address(other)
        with self._filtered("-s", here, "-d", there, *lost), self._filtered("-s", there, "-d", here, *lost):
            yield

    @contextlib.contextmanager
    def slow(self, host: str, rate: str = "1mbit") -> Iterator[None]:
        """The link to a host carries so little, whoever sends; a full queue drops."""
        link = ["dev", f"to-{host}", "root"]
        router = self.namespace("router")
        run("tc", "-n", router, "qdisc", "add", *link, "tbf", "rate", rate, "burst", "16kb", "latency", "400ms")
        try:
            yield
        finally:
            run("tc", "-n", router, "qdisc", "del", *link)

    @contextlib.contextmanager
    def _filtered(self, *rule: str) -> Iterator[None]:
        table = ["ip", "netns", "exec", self.namespace("router"), "iptables", "-w"]
        run(*table, "-A", "FORWARD", *rule)
        try:
            yield
        finally:
            run(*table, "-D", "FORWARD", *rule)


@contextlib.contextmanager
def network(names: Sequence[str]) -> Iterator[Network]:
    """Hosts of these names, removed in the end."""
    made = Network(names)
    try:
        made.make()
        yield made
    finally:
        made.remove()


@contextlib.contextmanager
def standing_in(made: Network, host: str) -> Iterator[None]:
    """The sockets this thread makes, and those of threads it starts, are the host's."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(path: Path) -> None:
        with path.open("rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns {path}")

    with Path("/proc/thread-self/ns/net").open("rb") as before:
        enter(Path("/run/netns") / made.namespace(host))
        try:
            yield
        finally:
            if libc.setns(before.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns back")
