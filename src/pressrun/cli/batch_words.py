"""How a batch stands, in words: for the progress line, tables and last lines of commands."""

from typing import Any

from pressrun.money import nano_dollars, shown

ENDED = frozenset({"completed", "completed_with_errors", "cancelled"})
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


def is_over(batch: dict[str, Any]) -> bool:
    """Whether nothing more comes of it by itself."""
    return batch["state"] in ENDED and not batch["retrying"]


def done(batch: dict[str, Any]) -> int:
    """Rows that need nothing more."""
    counts = batch["counts"]
    return int(counts["completed"] + counts["failed"] + counts["cancelled"] + counts["invalid"])


def money(amount: float | None) -> str:
    """Dollars of the API for people."""
    return shown(None if amount is None else nano_dollars(round(amount, 9)))


def span(seconds: dict[str, int] | None) -> str:
    """A range of seconds in the unit that fits its end, or nothing when it is not known or over."""
    if seconds is None or not seconds["high"]:
        return ""
    low, high = seconds["low"], seconds["high"]
    for unit, name in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min")):
        if high >= 2 * unit:
            low, high = max(1, low // unit), -(-high // unit)
            return f"{low}–{high} {name}" if low < high else f"{high} {name}"
    return f"{low}–{high} s" if low < high else f"{high} s"


def figures(batch: dict[str, Any]) -> str:
    """What came of its rows, and what it cost."""
    counts = batch["counts"]
    parts = [f"{counts['completed']:,} of {counts['total']:,} rows completed"]
    parts += [f"{counts[name]:,} {word}" for name, word in OTHERS if counts[name]]
    if batch["reused"]:
        parts.append(f"{batch['reused']:,} answers shared")
    return f"{', '.join(parts)}; {money(batch['cost'])}"


OTHERS = (("failed", "failed"), ("cancelled", "cancelled"), ("invalid", "invalid"))


def pace(batch: dict[str, Any]) -> str:
    """How fast it goes, what holds it up, and when it will be done."""
    parts = []
    if batch.get("pace"):
        parts.append(f"{batch['pace']['rows_per_s']:g} rows/s")
    parts.append(money(batch["cost"]))
    if left := span(batch.get("eta_s")):
        parts.append(f"{left} left")
    if batch.get("limited_by"):
        parts.append(str(batch["limited_by"]))
    return " · ".join(parts)


def how_to_go_on(batch: dict[str, Any]) -> str:
    """What to type next, when it waits for its sender or some of its rows failed."""
    name = batch["id"]
    match batch["state"], batch["pause_code"]:
        case "paused", "max_cost":
            return f"`pressrun batches resume {name} --max-cost DOLLARS` raises the limit and goes on"
        case "paused", _:
            return f"`pressrun batches resume {name}` goes on, `pressrun batches cancel {name}` ends it"
        case "completed_with_errors" | "cancelled", _:
            return (
                f"`pressrun batches show {name}` tells why, `pressrun batches retry {name}` runs those rows again, "
                f"`pressrun batches results {name} --failed -o failed.csv` writes them to be corrected"
            )
        case _:
            return f"`pressrun batches watch {name}` follows it, `pressrun batches cancel {name}` ends it"
