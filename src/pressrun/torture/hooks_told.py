"""Whether a server has told its webhooks everything."""

from pressrun.torture.testbed import Testbed

TOLD_S = 120.0
"""Longer than the lease of a sender that was killed, and than the first wait of the schedule."""


async def all_told(bed: Testbed) -> None:
    """Wait until nothing is left to tell, and note whether that came to be."""
    told = await bed.sink.told(bed.client, TOLD_S)
    bed.find("everything was told", told, ok=told, bar=f"within {TOLD_S:g} s")
    bed.notes["hooks that came again"] = bed.sink.repeated
