"""An honest job after a storm."""

from pressrun.torture.client import ended
from pressrun.torture.testbed import AGENT, Testbed


async def goes_on(bed: Testbed) -> None:
    """An honest job goes through afterwards."""
    made = await bed.client.submit(AGENT, [bed.nonce("ms0")])
    state = (await ended(bed.client, made.job_id))["state"] if made.job_id else None
    bed.find("an honest job afterwards", state, ok=state == "completed", bar="completed")
