"""What is found out about the store: its clock, its disk, its last backup, how long things are kept."""

import asyncio
import shutil
from collections.abc import Iterator

import msgspec

from pressrun.doctor.finding import Finding
from pressrun.settings import Settings
from pressrun.store.anchored_clock import Anchor, AnchoredClock, Machine
from pressrun.store.ballast import Ballast
from pressrun.store.clock import SECOND, moment_of, system_clock
from pressrun.store.facts import Fact
from pressrun.store.looking import Look, look
from pressrun.store.open import SQLITE, sqlite_path

APART_S = 60
"""Seconds that a database's clock may differ from the machine's before anybody needs to know."""

BACKUP_DAYS = 7
DAY_US = 86_400 * SECOND
LITTLE_ROOM = 1_000_000_000


def findings(settings: Settings) -> Iterator[Finding]:
    """What is to be known of a database that answers and has this program's schema."""
    seen = asyncio.run(look(settings.store_url))
    moved = seen.facts.get(Fact.MOVED_TO)
    if moved is not None:
        fix = "start with --database-url and that address, or `pressrun move --undo`"
        yield Finding("moved", "fail", f"this database was moved to {moved[0]}", fix)
    yield _epoch(seen)
    yield _clock(seen)
    yield _backup(seen)
    yield _retention(settings)


def _epoch(seen: Look) -> Finding:
    restored = seen.facts.get(Fact.RESTORED)
    since = f", from a backup of {moment_of(int(restored[0]))}" if restored else ""
    return Finding("epoch", "ok", f"{seen.facts[Fact.EPOCH][0][:8]}{since}")


def _clock(seen: Look) -> Finding:
    now = seen.now
    if now is None:
        kept = seen.facts.get(Fact.CLOCK)
        anchor = None if kept is None else msgspec.json.decode(kept[0], type=Anchor)
        if anchor is None or anchor.boot_id != Machine().boot_id():
            return Finding("clock", "ok", "set when a server starts")
        now = AnchoredClock(anchor)()
    ahead_s = (now - system_clock()) / SECOND
    if abs(ahead_s) < APART_S:
        return Finding("clock", "ok", f"{abs(ahead_s):.1f} s from this machine's")
    side = "ahead of" if ahead_s > 0 else "behind"
    detail = f"{abs(ahead_s):,.0f} s {side} this machine's: harmless, but times look odd"
    if seen.now is not None:
        return Finding("clock", "warn", detail, "set the clock that is wrong; PostgreSQL's is the one that counts")
    return Finding("clock", "warn", detail, "stop everything and run `pressrun migrate --set-clock`")


def _backup(seen: Look) -> Finding:
    kept = seen.facts.get(Fact.BACKED_UP)
    age_days = (system_clock() - (kept[1] if kept else seen.made_at)) / DAY_US
    detail = "none yet" if kept is None else f"{max(0.0, age_days):.1f} days old: {kept[0]}"
    if age_days > BACKUP_DAYS:
        return Finding("backup", "warn", detail, "`pressrun backup FILE` makes one")
    return Finding("backup", "ok", detail)


def _retention(settings: Settings) -> Finding:
    if not settings.keep_jobs_days:
        return Finding("retention", "warn", "jobs are kept for ever: the disk fills up in time", "set keep_jobs_days")
    days = settings.keep_events_days or settings.keep_jobs_days
    return Finding("retention", "ok", f"jobs {settings.keep_jobs_days} days, timelines {days}")


def room(settings: Settings) -> Iterator[Finding]:
    """Whether there is room on the disk of a SQLite file; without any it may not even open."""
    if not settings.store_url.startswith(SQLITE):
        return
    path = sqlite_path(settings.store_url)
    free = shutil.disk_usage(path.parent).free
    detail = f"{free:,} bytes free"
    if free < 2 * settings.ballast_bytes:
        yield Finding("disk", "fail", f"{detail}: too little to work with", f"make room on the disk of {path.parent}")
    elif free < LITTLE_ROOM:
        yield Finding("disk", "warn", detail, f"make room on the disk of {path.parent}")
    else:
        yield Finding("disk", "ok", detail)
    if not settings.ballast_bytes:
        yield Finding("reserve", "ok", "none is kept (ballast_bytes is 0)")
    elif Ballast(path, settings.ballast_bytes).is_kept:
        yield Finding("reserve", "ok", f"{settings.ballast_bytes:,} bytes")
    else:
        fix = "a server does so when there is room; until then it takes no jobs"
        yield Finding("reserve", "warn", "not set aside", fix)
