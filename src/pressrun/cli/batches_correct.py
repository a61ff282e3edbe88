"""`pressrun batches correct`: failed rows with other values, back into their batch."""

from typing import Annotated, Any

import typer

from pressrun.cli.batch import watched
from pressrun.cli.batch_flags import Delimiter, Encoding, Map, Said, Sheet, as_map
from pressrun.cli.batch_upload import refuse_unreadable, upload
from pressrun.cli.batches_control import Newest, Wait, end
from pressrun.cli.client import Server, at, with_server
from pressrun.cli.flags import AsJson, BatchId

Corrected = Annotated[
    str, typer.Argument(metavar="FILE", help="Rows as `batches results --failed` writes them, corrected; - reads them.")
]


def correct(
    batch: BatchId,
    file: Corrected,
    newest: Newest = False,
    wait: Wait = False,
    columns: Map = None,
    said: Said = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    as_json: AsJson = False,
) -> None:
    """Run rows that failed or were refused again, with the values that a file has for them now.

    Example: pressrun batches correct 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 failed.csv --wait
    """
    query: dict[str, object] = {
        "version": "newest" if newest else None,
        "map": as_map(columns or []),
        "format": said,
        "encoding": encoding,
        "delimiter": delimiter,
        "sheet": sheet,
    }
    refuse_unreadable(file)

    async def work(server: Server) -> dict[str, Any]:
        found: dict[str, Any] = await upload(server, at("batches", batch, "rows"), file, query)
        return await watched(server, batch) if wait else found

    end(with_server(work), waited=wait, as_json=as_json)


COMMANDS = {"correct": correct}
