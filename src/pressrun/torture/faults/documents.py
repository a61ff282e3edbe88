"""A large document is read beside the jobs."""

import asyncio
import time

from pressrun.torture.client import Failure
from pressrun.torture.fault import Fault
from pressrun.torture.history import History
from pressrun.torture.load import LoadOptions, load
from pressrun.torture.testbed import Testbed

LEASE_S = 3.0
"""Shorter than the document takes."""

PARAGRAPHS = 400_000
PARAGRAPH = b"<p>A document of <b>many</b> paragraphs &amp; few <i>words</i>.</p>\n"
UPLOAD = {"Content-Type": "text/html", "Content-Disposition": 'attachment; filename="large.html"'}
READ_S = 180.0


async def large_document(bed: Testbed) -> None:
    """The only worker reads a document for longer than a lease: it keeps its lease, and its jobs go on meanwhile."""
    await bed.serve(workers=1, lease_s=LEASE_S)
    document = b"<html><body>" + PARAGRAPH * PARAGRAPHS + b"</body></html>"
    for _ in range(bed.repetitions):
        async with load(bed, LoadOptions(words=("ok",), cancels=False)), bed.fault("a large document"):
            status, file = await bed.client.send("POST", "/v1/files", document, UPLOAD)
            bed.find("the upload", status, ok=status < 300, bar="accepted")
            began, calls = time.monotonic(), bed.provider.total()
            ended = await _read(bed, str(file.get("id")))
            took_s = time.monotonic() - began
            bed.find("how it ended", ended, ok=ended in ENDS, bar="read, or refused as too much")
            bed.find("seconds it took", round(took_s, 1), ok=took_s > LEASE_S, bar=f"> {LEASE_S:g}, a lease")
            calls = bed.provider.total() - calls
            bed.find("calls meanwhile, a second", round(calls / took_s, 1), ok=calls > took_s, bar="> 1")
    await bed.drained(180)
    bed.looks.append(lambda history: _kept(bed, history))


ENDS = frozenset({"completed", "parse_limit"})


async def _read(bed: Testbed, file_id: str) -> str:
    """How the reading of a file ended: completed, or why it failed."""
    until = time.monotonic() + READ_S
    while time.monotonic() < until:
        try:
            status, file = await bed.client.ask("GET", f"/v1/files/{file_id}")
        except Failure:
            continue
        if status == 200 and file["status"] != "in_progress":
            return str(file["status"] if file["status"] == "completed" else file["error_code"])
        await asyncio.sleep(0.1)
    return "never"


def _kept(bed: Testbed, history: History) -> None:
    lost = sum(1 for event in history.events if event.event in {"job.rescued", "job.released"})
    bed.find("attempts lost meanwhile", lost, ok=lost == 0, bar="0")


FAULTS = (
    Fault(
        "F08D",
        "The only worker reads a large document beside its jobs, for longer than its lease",
        large_document,
        {"p": 1, "r": 5},
        cost_s=25,
        promise="G9",
    ),
)
