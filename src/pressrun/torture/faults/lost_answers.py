"""The network loses answers: of the API to its clients, and of the database to a COMMIT."""

import asyncio
import itertools
from importlib.util import find_spec

from pressrun.torture.fault import Fault
from pressrun.torture.faults import batch_races
from pressrun.torture.history import History
from pressrun.torture.load import LoadOptions, load, until
from pressrun.torture.testbed import AGENT, Testbed

EVERY = 3
CUT_EVERY = 9
CLIENTS = 6


async def swallow_answers(bed: Testbed) -> None:
    """Every third answer of the API is lost; clients repeat, with a key and without, the official one among them."""
    await bed.serve()
    proxy = await bed.proxy(bed.server.port)
    client = bed.client_at(f"http://127.0.0.1:{proxy.listening_on}")
    turn = itertools.count(1)
    proxy.rules.swallow = lambda: next(turn) % EVERY == 0
    official = find_spec("writerai") is not None
    bed.notes["official client"] = "used" if official else "not installed"

    async def submitter(number: int) -> None:
        while proxy.answers_swallowed < bed.repetitions:
            key = f"key-{next(bed.ids)}" if number % 2 else None
            if official and number < 2:
                from pressrun.torture import sdk  # noqa: PLC0415 - only where the official client is installed

                await sdk.submit(client, AGENT, [bed.nonce("ms0")], key=key)
            else:
                await client.submit(AGENT, [bed.nonce("ms0")], key=key, tries=20 if key else 1)

    async with bed.fault("every third answer is lost"):
        await asyncio.gather(*(submitter(number) for number in range(CLIENTS)))
        proxy.heal()
    bed.injections = proxy.answers_swallowed
    keyed = [submit for submit in bed.history().submits if submit.key is not None]
    heard = sum(1 for submit in keyed if submit.outcome == "ok")
    bed.find("creates with a key that were answered in the end", f"{heard} of {len(keyed)}", ok=heard == len(keyed))


async def cut_commits(bed: Testbed) -> None:
    """Connections are cut right after or before a COMMIT is forwarded: the server must read what became of it."""
    port = int(bed.place.database_url.rpartition(":")[2].partition("/")[0])
    proxy = await bed.proxy(port)
    await bed.serve(database_url=bed.place.database_url.replace(f":{port}/", f":{proxy.listening_on}/"))
    turn = itertools.count(1)

    def due() -> bool:
        number = next(turn)
        proxy.rules.lose_commit = number % (2 * CUT_EVERY) == 0
        return number % CUT_EVERY == 0

    async with load(bed, LoadOptions(words=("ok", "ok", "ok", "garbage"))), bed.fault("cut connections at COMMIT"):
        proxy.rules.on_commit = due
        await until(lambda: proxy.commits_cut >= bed.repetitions, 30 + bed.repetitions)
        proxy.heal()
    await bed.drained(180)
    bed.injections = proxy.commits_cut
    bed.looks.append(lambda history: _resolved(bed, history))


def _resolved(bed: Testbed, history: History) -> None:
    """The database was there all the time, so a create that was answered 503 must not have made a job."""
    made = {job.nonces for job in history.jobs}
    wrong = [submit.nonces for submit in history.submits if submit.status == 503 and submit.nonces in made]
    bed.find("creates answered 503 whose job exists", len(wrong), ok=not wrong, bar="0")


FAULTS = (
    Fault(
        "F24",
        "Cut the database connection right after or before a COMMIT is forwarded, under load",
        cut_commits,
        {"p": 25, "r": 500},
        cost_s=22,
        stores=("postgres",),
        promise="G2, G5",
        always=("postgres",),
        batches=cut_commits,
    ),
    Fault(
        "F25",
        "Swallow every third answer of the API; clients repeat, with and without a key",
        swallow_answers,
        {"p": 60, "r": 600},
        cost_s=12,
        promise="G2",
        always=("sqlite",),
        batches=batch_races.swallow_answers,
    ),
)
