"""The hook that builds the studio: when it does, with which Node, and what a package holds in the end."""

import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]

PACKAGE = {"name": "sample", "version": "1.0.0", "private": True, "scripts": {"build": "node build.mjs"}}
LOCK = {"name": "sample", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "sample"}}}
BUILD = """import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
mkdirSync("dist/assets", { recursive: true });
writeFileSync("dist/index.html", readFileSync("page.html"));
writeFileSync("dist/assets/index-1.js", "let a = 1;\\n".repeat(500));
"""
PYPROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "sample"
version = "1"
[tool.hatch.build.hooks.custom]
path = "studio/hatch_build.py"
[tool.hatch.build.targets.wheel]
packages = ["src/pressrun"]
[tool.hatch.build.targets.sdist]
include = ["src", "examples", "studio"]
"""


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """The hook as a module."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "studio" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module  # dataclasses look it up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with a studio that needs no package."""
    root = tmp_path / "project"
    for folder in ("studio", "examples", "src/pressrun/studio"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / ".gitignore").write_text("dist/\nnode_modules/\nbuilt.sha256\n")
    (root / "src/pressrun/__init__.py").touch()
    (root / "src/pressrun/studio/__init__.py").touch()
    (root / "examples/agent.yaml").write_text("name: A\n")
    for name, content in (("package.json", PACKAGE), ("package-lock.json", LOCK)):
        (root / "studio" / name).write_text(json.dumps(content))
    (root / "studio/build.mjs").write_text(BUILD)
    (root / "studio/page.html").write_text("<!doctype html><title>one</title>")
    for name in ("hatch_build.py", "compress.mjs"):
        (root / "studio" / name).write_bytes((ROOT / "studio" / name).read_bytes())
    return root


def test_a_changed_studio_is_built_and_an_unchanged_one_is_not(hook: ModuleType, project: Path) -> None:
    """Examples are part of it: the gallery shows them."""
    built = project / "src/pressrun/studio/dist"
    assert hook.is_due(project)
    hook.build(project)
    assert sorted(path.name for path in built.rglob("*") if path.is_file()) == [
        "index-1.js", "index-1.js.br", "index-1.js.gz", "index.html",
    ]  # fmt: skip
    assert not hook.is_due(project)
    (project / "studio/page.html").write_text("<!doctype html><title>two</title>")
    assert hook.is_due(project)
    hook.build(project)
    assert "two" in (built / "index.html").read_text()
    assert not hook.is_due(project)
    (project / "examples/agent.yaml").write_text("name: B\n")
    assert hook.is_due(project)


def test_what_npm_says_is_told(hook: ModuleType, project: Path) -> None:
    """With the way out; what was built before stays."""
    hook.build(project)
    (project / "studio/build.mjs").write_text("console.log('the reason'); process.exit(3)")
    with pytest.raises(hook.StudioError, match=r"ended with 3:[\s\S]*the reason[\s\S]*PRESSRUN_STUDIO=skip"):
        hook.build(project)
    assert "one" in (project / "src/pressrun/studio/dist/index.html").read_text()
    assert hook.is_due(project), "it is tried again"


def test_without_a_node_the_one_of_the_wheel_serves(
    hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that has none on its path."""
    (project / "bin").mkdir()
    (project / "bin/sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(project / "bin"))
    assert hook.node_of_path() is None
    hook.build(project)
    assert (project / "src/pressrun/studio/dist/index.html").exists()


def test_it_can_be_left_out(hook: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSRUN_STUDIO", "skip")
    assert not hook.is_due(project)


def test_packages_hold_the_built_files_and_need_no_node(project: Path, tmp_path: Path) -> None:
    """A source distribution is built with Node; what is built of it, without."""
    environment = {**os.environ, "PRESSRUN_STUDIO": ""}
    program = "import hatchling.build as b, sys; print(getattr(b, sys.argv[1])(sys.argv[2]))"
    out = tmp_path / "out"
    out.mkdir()

    def run(what: str, folder: Path, **changed: str) -> Path:
        command = [sys.executable, "-c", program, what, str(out)]
        done = subprocess.run(
            command, cwd=folder, env={**environment, **changed}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return out / done.stdout.split()[-1]

    with tarfile.open(run("build_sdist", project)) as archive:
        names = archive.getnames()
        assert "sample-1/src/pressrun/studio/dist/assets/index-1.js.br" in names
        assert "sample-1/studio/page.html" in names
        assert not [name for name in names if "node_modules" in name]
        archive.extractall(tmp_path / "unpacked")  # noqa: S202 - our own archive; Python 3.11.2 has no filters
    unpacked = tmp_path / "unpacked" / "sample-1"
    wheel = run("build_wheel", unpacked, PATH="/nowhere")
    assert "pressrun/studio/dist/index.html" in zipfile.ZipFile(wheel).namelist()
    left_out = run("build_wheel", project, PRESSRUN_STUDIO="skip")
    assert not [name for name in zipfile.ZipFile(left_out).namelist() if "dist/" in name]
