"""S-30: the service that is shipped may do nothing but its work."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy" / "pressrun.service"
MOST_EXPOSED = 3.0

NEEDED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes",
    "MemoryDenyWriteExecute": "yes",
    "UMask": "0077",
    "DynamicUser": "yes",
    "StateDirectoryMode": "0700",
}


class Unit(configparser.ConfigParser):
    """A unit file: names keep their case."""

    def optionxform(self, optionstr: str) -> str:
        """As it stands."""
        return optionstr


def test_s30_the_unit_gives_up_what_is_not_needed() -> None:
    unit = Unit(strict=False, interpolation=None)
    unit.read_string(UNIT.read_text())
    service = unit["Service"]
    assert {name: service.get(name) for name in NEEDED} == NEEDED
    assert service["User"] != "root"
    assert "--expose" not in service["ExecStart"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")
def test_s30_systemd_finds_little_to_say() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for pressrun\.service: ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED
