"""What a batch came to, as the end of a command."""

from typing import Any

from pressrun.cli.batch_words import ENDED, how_to_go_on
from pressrun.cli.failure import Failure


def come_to(batch: dict[str, Any]) -> None:
    """Nothing when all its rows are done; raises Failure with what to do next when they are not."""
    if batch["state"] == "completed":
        return
    if batch["state"] in ENDED:
        counts = batch["counts"]
        left = counts["failed"] + counts["cancelled"] + counts["invalid"]
        why = ", ".join(f"{one['rows']:,} {one['error_code']}" for one in batch["errors"])
        raise Failure(f"{left:,} rows have no result{f' ({why})' if why else ''}; {how_to_go_on(batch)}")
    raise Failure(f"the batch is {batch['state']}: {batch['paused_reason']}; {how_to_go_on(batch)}")
