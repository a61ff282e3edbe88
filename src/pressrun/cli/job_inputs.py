"""`name=value` on the command line to the inputs of a job."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pressrun.cli.failure import ExitCode, Failure

STDIN = "-"
FILE = "@"


def read_inputs(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """The inputs in the API's shape, a repeated name with all its values; raises Failure (usage) with every fault.

    `name=@FILE` takes a file's text, `name=-` standard input's, each without its last line break; `name=@@text` is
    the text `@text`.
    """
    values: dict[str, list[str]] = {}
    faults: list[str] = []
    if sum(argument.partition("=")[2] == STDIN for argument in arguments) > 1:
        faults.append("only one value can be - : standard input is read once")
    for argument in [] if faults else arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name.strip():
            faults.append(f'{argument!r} is no input: write name=value, in quotes if it has spaces, "Tone=very warm"')
            continue
        try:
            values.setdefault(name, []).append(_read(value))
        except OSError as error:
            faults.append(f"{name}: cannot read {value[1:]}: {error.strerror}; write {name}=@{value} for that text")
        except UnicodeDecodeError:
            faults.append(f"{name}: what {value} holds is not UTF-8 text")
    if faults:
        raise Failure(*faults, code=ExitCode.USAGE)
    return [{"id": name, "value": found} for name, found in values.items()]


def _read(value: str) -> str:
    if value == STDIN:
        return _text(sys.stdin.buffer.read())
    if value.startswith(FILE * 2):
        return value[1:]
    return _text(Path(value[1:]).read_bytes()) if value.startswith(FILE) else value


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
