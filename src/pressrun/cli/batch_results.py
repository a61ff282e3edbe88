"""The results of a batch into a file: whole or not at all, in the format of its name."""

import os
import sys
from enum import StrEnum
from pathlib import Path

from pressrun.cli.client import Server, at
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.printing import remark


class ResultFormat(StrEnum):
    """What results can be had as."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"


STANDARD_OUTPUT = "-"


def format_of(output: str | None, said: ResultFormat | None) -> ResultFormat:
    """The format of a file of this name; raises Failure (usage) when the name does not tell."""
    if said is not None:
        return said
    if output is None or output == STANDARD_OUTPUT:
        return ResultFormat.CSV
    try:
        return ResultFormat(Path(output).suffix.lower().removeprefix("."))
    except ValueError:
        raise Failure(
            f"{output}: results are written as .csv, .jsonl or .xlsx, by the name of the file", code=ExitCode.USAGE
        ) from None


def refuse_unwritable(output: str | None) -> None:
    """Raises Failure (usage) when no file can be made there: better before a batch is paid for than after."""
    if output in {None, STANDARD_OUTPUT}:
        return
    folder = Path(str(output)).absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK) or Path(str(output)).is_dir():
        raise Failure(f"cannot write {output}: its folder does not exist, or is not yours", code=ExitCode.USAGE)


async def write_results(
    server: Server, batch_id: str, output: str, kind: ResultFormat, *, raw: bool = False, failed: bool = False
) -> None:
    """The results as they stand now, or those of failed rows, into a file or onto standard output; raises Failure."""
    query: dict[str, object] = {
        "format": kind,
        "raw": "true" if raw else None,
        "only": "failed" if failed else None,
    }
    await download(server, at("batches", batch_id, "results"), query, output)
    if output != STANDARD_OUTPUT:
        remark(f"results in {output}")


async def download(server: Server, path: str, query: dict[str, object], output: str) -> None:
    """What the server answers into a file, which appears when it is whole, or onto standard output."""
    async with server.exchange("GET", path, query=query) as response:
        if output == STANDARD_OUTPUT:
            async for piece in response.content.iter_any():
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            return
        target = Path(output)
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with partial.open("wb") as file:
                async for piece in response.content.iter_any():
                    file.write(piece)
            partial.replace(target)
        except OSError as error:
            raise Failure(f"cannot write {output}: {error.strerror}") from None
        finally:
            partial.unlink(missing_ok=True)
