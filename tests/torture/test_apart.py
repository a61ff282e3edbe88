"""The auditor shares nothing with the product: the import contracts name every package there is."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_contracts_know_every_package() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    parts = {
        f"pressrun.{path.stem}"
        for path in (ROOT / "src" / "pressrun").iterdir()
        if not path.stem.startswith("__") and (path.suffix == ".py" or (path / "__init__.py").exists())
    } - {"pressrun.torture"}
    away = next(one for one in contracts if one.get("source_modules") == ["pressrun.torture"])
    back = next(one for one in contracts if one.get("forbidden_modules") == ["pressrun.torture"])
    assert set(away["forbidden_modules"]) == parts
    assert set(back["source_modules"]) == parts
