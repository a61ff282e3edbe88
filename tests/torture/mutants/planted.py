"""The mutants."""

from tests.torture.mutants.mutant import Edit, Mutant

ANY_HOLDER = (
    Edit(
        "store/sql/sqlite/claims.sql",
        "WHERE id = :job_id AND generation = :generation AND attempts = :attempt AND lease_token = :lease_token\n"
        "    AND state = 'running'",
        "WHERE id = :job_id",
    ),
    Edit("store/sql/sqlite/claims.sql", "INSERT INTO results", "INSERT OR REPLACE INTO results"),
    Edit(
        "jobs/settle.py",
        'return row is not None and (row["generation"], row["attempts"]) == (claim.generation, claim.attempts)',
        "return row is not None",
    ),
)

MUTANTS: tuple[Mutant, ...] = (
    Mutant("no lease token", "whoever was asked last records a result, holder or not", "F04", "sqlite", ANY_HOLDER),
    Mutant(
        "late results beat a cancel",
        "a result is recorded although the job was cancelled",
        "F42",
        "sqlite",
        (
            *ANY_HOLDER,
            Edit("jobs/cancel.py", "if job.state in {State.QUEUED, State.WAITING}:", "if job.state in OPEN:"),
            Edit("jobs/cancel.py", "from pressrun.jobs.job import ", "from pressrun.jobs.job import OPEN, "),
            Edit("store/sql/jobs.sql", "AND state IN ('queued', 'waiting')\nRETURNING events", "RETURNING events"),
        ),
    ),
    Mutant(
        "rescue by age alone",
        "a dead worker's jobs wait for the end of the lease",
        "F01",
        "sqlite",
        (
            Edit(
                "worker/supervisor.py",
                "        async def work(tx: Transaction) -> list[str]:\n            buried =",
                "        if blamed:\n            return\n\n"
                "        async def work(tx: Transaction) -> list[str]:\n            buried =",
            ),
        ),
    ),
    Mutant(
        "retry without looking",
        "every concurrent retry starts a generation",
        "F41",
        "sqlite",
        (
            Edit("jobs/retry.py", "if job.state in {State.FAILED, State.CANCELLED}:", "if True:"),
            Edit("store/sql/jobs.sql", " AND state IN ('failed', 'cancelled')", ""),
        ),
    ),
    Mutant(
        "keys are not kept",
        "an idempotency key protects nothing",
        "F40",
        "sqlite",
        (Edit("jobs/idempotency.py", "answers = await _fold(tx, jobs)", "return await _fold(tx, jobs)"),),
    ),
    Mutant(
        "no poison counter",
        "a job may kill as many workers as it likes",
        "F46",
        "sqlite",
        (Edit("jobs/rescue.py", "DEATHS_ALLOWED = 3", "DEATHS_ALLOWED = 6"),),
    ),
    Mutant(
        "suspects run among others",
        "a job that saw two workers die may see the third die of another",
        "F46",
        "sqlite",
        (Edit("store/sql/sqlite/claims.sql", "AND deaths < 2 AND format", "AND format"),),
    ),
    Mutant(
        "leases by the host's clock",
        "a worker with a wrong clock is held to be dead",
        "F27",
        "postgres",
        (
            Edit(
                "store/postgres.py",
                "        self._pool = pool\n        self._clock = clock\n",
                "        self._pool = pool\n        self._clock = clock = system_clock\n",
            ),
            Edit("store/postgres.py", "import Clock\n", "import Clock, system_clock\n"),
        ),
    ),
    Mutant(
        "refused keys are tried again",
        "a provider that refuses the key is asked five times",
        "F34",
        "sqlite",
        (
            Edit(
                "models/refusals.py",
                "return CODE_OF_STATUS.get(status, FailureCode.MODEL_REFUSED), status in RETRYABLE_BELOW_500",
                "return CODE_OF_STATUS.get(status, FailureCode.MODEL_REFUSED), True",
            ),
        ),
    ),
    Mutant(
        "answer before commit",
        "a job is acknowledged that is not on disk",
        "F05",
        "sqlite",
        (
            Edit(
                "store/sqlite_writer.py",
                '            connection.execute("COMMIT")\n',
                '            if any("Grouped" in waiting.work.__qualname__ for waiting in group):\n'
                "                for loop in {waiting.loop for waiting in group}:\n"
                "                    mine = [outcome for outcome in outcomes if outcome[0].loop is loop]\n"
                "                    loop.call_soon_threadsafe(_settle, mine)\n"
                '                __import__("time").sleep(0.03)\n'
                '            connection.execute("COMMIT")\n',
            ),
        ),
    ),
    Mutant(
        "answers without a cap",
        "a provider's answer may fill the memory",
        "F32",
        "sqlite",
        (Edit("models/openai_compatible.py", "MAX_ANSWER_BYTES = 4 * 2**20", "MAX_ANSWER_BYTES = 2**40"),),
    ),
    Mutant(
        "NUL is lost",
        "a result is not what the provider said",
        "F33",
        "postgres",
        (
            Edit(
                "worker/perform.py",
                '"suggestion": result.suggestion,',
                '"suggestion": result.suggestion.replace("\\x00", ""),',
            ),
        ),
    ),
    Mutant(
        "the newest version runs",
        "a job does not run on the version it was accepted with",
        "F44",
        "sqlite",
        (
            Edit(
                "worker/perform.py",
                "await self._system.definition(claim.organization_id, claim.agent_id, claim.agent_version)",
                "await _newest(self._system, claim)",
            ),
            Edit(
                "worker/perform.py",
                "def _emit(claim: Claim, outcome: Outcome, duration_s: float) -> None:",
                "async def _newest(system, one):\n"
                "    try:\n"
                "        return await system.definition(one.organization_id, one.agent_id, one.agent_version + 1)\n"
                "    except PressrunError:\n"
                "        return await system.definition(one.organization_id, one.agent_id, one.agent_version)\n\n\n"
                "def _emit(claim: Claim, outcome: Outcome, duration_s: float) -> None:",
            ),
        ),
    ),
    Mutant(
        "two servers, one folder",
        "nobody keeps a second server away",
        "F20",
        "sqlite",
        (Edit("cli/listening.py", "fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)", "pass"),),
    ),
    Mutant(
        "lost commits are failures",
        "what the database did not answer is held not to have happened",
        "F24",
        "postgres",
        (
            Edit(
                "store/sure.py",
                "    except CommitUnknownError as unknown:\n        value: T = unknown.value\n",
                "    except CommitUnknownError as unknown:\n        value: T = unknown.value\n"
                "        raise PressrunError(unknown.code, str(unknown), retry_after_s=5) from None\n",
            ),
        ),
    ),
    Mutant(
        "results are not kept",
        "what was paid for during an outage of the database is thrown away",
        "F14",
        "postgres",
        (
            Edit(
                "worker/recording.py",
                "                await asyncio.sleep(PAUSE_S)\n                continue\n",
                "                await asyncio.sleep(PAUSE_S)\n                return\n",
            ),
        ),
    ),
    Mutant(
        "outages are charged",
        "a provider that is away uses up a job's attempts",
        "F30",
        "sqlite",
        (
            Edit(
                "worker/perform.py",
                "        if failure.outage or failure.code in UNCHARGED:\n            return False\n",
                "        return True\n",
            ),
        ),
    ),
    Mutant(
        "calls are repeated below us",
        "the client of a provider asks again at once, as often as it likes, and tells nobody",
        "F30",
        "sqlite",
        (
            Edit(
                "models/openai_compatible.py",
                "            async with self._post(question, stream=False) as response:\n"
                "                await self._accept(peer, response)\n",
                "            for _ in range(4):\n"
                "                async with self._post(question, stream=False) as response:\n"
                "                    if response.status == 503:\n"
                "                        continue\n"
                "                    await self._accept(peer, response)\n"
                "                    return await self._whole(peer, response, question)\n"
                "            async with self._post(question, stream=False) as response:\n"
                "                await self._accept(peer, response)\n",
            ),
        ),
    ),
    Mutant(
        "told before the commit",
        "a webhook is sent of an end that is not committed",
        "F62",
        "sqlite",
        (
            Edit(
                "worker/perform.py",
                "        _emit(claim, outcome, time.monotonic() - started)\n        return outcome\n",
                "        if isinstance(outcome, Completed):\n"
                "            from pressrun.jobs import outbox\n\n"
                "            end = (claim.organization_id, claim.id, claim.generation, JobEvent.COMPLETED)\n"
                "            await self._system.store.write(lambda tx: outbox.record(tx, [outbox.Ended(*end)]))\n"
                '            self._system.store.bells.ring("finished")\n'
                "            await asyncio.sleep(1)\n"
                "        return outcome\n",
            ),
            Edit(
                "jobs/settle.py",
                "    await record_outbox(tx, [settled[claim.id] for claim, _ in kept])\n",
                "    await record_outbox(\n"
                "        tx, [settled[claim.id] for claim, end in kept if not isinstance(end.outcome, Completed)]\n"
                "    )\n",
            ),
        ),
    ),
    Mutant(
        "a cancellation leaves no line",
        "a timeline does not say that its job was cancelled",
        "F42",
        "sqlite",
        (Edit("jobs/cancel.py", '        await _note(tx, job, int(moved["events"]), JobEvent.CANCELLED)\n', ""),),
    ),
    Mutant(
        "no grace",
        "a worker that is asked to stop throws its calls away",
        "F03",
        "sqlite",
        (Edit("worker/worker.py", "if not await self._running.drain(self._options.grace_s):", "if True:"),),
    ),
    Mutant(
        "an id for every attempt",
        "a webhook that is sent again comes under another id",
        "F60",
        "sqlite",
        (Edit("webhooks/sender.py", "secrets, held.message_id, began_s)", "secrets, new_lease_token(), began_s)"),),
    ),
    Mutant(
        "told at most once",
        "a webhook counts as delivered when it is taken, so that it is lost with its sender",
        "F63",
        "sqlite",
        (
            Edit(
                "store/sql/sqlite/webhooks.sql",
                "UPDATE webhook_deliveries SET next_at = :now + :lease_us",
                "UPDATE webhook_deliveries SET state = 'delivered', next_at = :now + :lease_us",
            ),
        ),
    ),
    Mutant(
        "a key per upload",
        "an idempotency key makes a batch of every upload",
        "F25",
        "sqlite",
        (Edit("batches/upload.py", "if key is not None:", "if key is None and key is not None:"),),
        "batches",
    ),
    Mutant(
        "a cancelled batch goes on",
        "nothing looks whether a batch was cancelled before its rows are started, and nobody ends those that wait",
        "F42",
        "sqlite",
        (
            Edit(
                "jobs/batch_lanes.py",
                "if batch.state not in RUNNABLE or batch.cancel_requested or batch.has_too_many_errors:",
                "if batch.state not in RUNNABLE or batch.has_too_many_errors:",
            ),
            Edit("batches/steps.py", "if batch.cancel_requested and (", "if batch.state == '' and ("),
        ),
        "batches",
    ),
    Mutant(
        "every retry starts rows anew",
        "a retry of a batch runs rows again that have ended well",
        "F41",
        "sqlite",
        (
            Edit(
                "store/sql/batches.sql",
                "AND state IN ('failed', 'cancelled') AND (:error_code = ''",
                "AND state IN ('failed', 'cancelled', 'completed') AND (:error_code = ''",
            ),
            Edit(
                "store/sql/sqlite/batches.sql",
                "WHERE id = :job_id AND organization_id = :organization_id AND state IN ('failed', 'cancelled')",
                "WHERE id = :job_id AND organization_id = :organization_id",
            ),
        ),
        "batches",
    ),
)
