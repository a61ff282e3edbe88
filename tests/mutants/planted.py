"""Every mechanism that keeps a promise, the way to remove it, and the test that must then fail."""

from tests.mutants.fault import Planted
from tests.mutants.planted_at_the_door import AT_THE_DOOR
from tests.mutants.planted_in_batches import IN_BATCHES
from tests.mutants.planted_in_confinement import IN_CONFINEMENT
from tests.mutants.planted_in_knowledge import IN_KNOWLEDGE
from tests.mutants.planted_in_requests import IN_REQUESTS
from tests.mutants.planted_in_sealing import IN_SEALING
from tests.mutants.planted_in_sessions import IN_SESSIONS
from tests.mutants.planted_in_the_engine import IN_THE_ENGINE
from tests.mutants.planted_in_webhooks import IN_WEBHOOKS

LIFE = "jobs/test_life.py::"
PROMISES = "jobs/test_promises.py::"
SUSPECTS = "jobs/test_suspects.py::"
OUTAGES = "jobs/test_outages.py::"
PERFORM = "worker/test_perform.py::"
WORKER = "worker/test_worker.py::"
SQLITE_CLAIMS = "store/sql/sqlite/claims.sql"
POSTGRES_CLAIMS = "store/sql/postgres/claims.sql"

PLANTED = (
    Planted(
        "G2",
        "a work that fails leaves its writes in the group's transaction",
        "store/sqlite_writer.py",
        'connection.execute("ROLLBACK TO work")',
        "pass",
        "store/test_store.py::test_a_work_that_raises_leaves_nothing_behind[sqlite]",
    ),
    Planted(
        "G3",
        "nobody looks for passed deadlines",
        "jobs/rescue.py",
        "for state in sorted(OPEN):",
        "for state in ():",
        LIFE + "test_every_job_ends_by_its_deadline[postgres-queued]",
    ),
    Planted(
        "G5",
        "a result is not immutable",
        "store/migrations/sqlite/0001_first.sql",
        "SELECT RAISE(ABORT, 'a recorded result never changes');",
        "SELECT 1;",
        PROMISES + "test_a_recorded_result_cannot_be_changed[sqlite]",
    ),
    Planted(
        "G6",
        "finishing without the lease's token",
        SQLITE_CLAIMS,
        "AND attempts = :attempt AND lease_token = :lease_token",
        "AND attempts = :attempt AND :lease_token = :lease_token",
        PROMISES + "test_the_token_alone_tells_two_claims_apart[sqlite]",
    ),
    Planted(
        "G6",
        "finishing without the lease's token, on PostgreSQL",
        POSTGRES_CLAIMS,
        "AND jobs.lease_token = ended.lease_token",
        "",
        PROMISES + "test_the_token_alone_tells_two_claims_apart[postgres]",
    ),
    Planted(
        "G7",
        "finished calls are not kept",
        "agents/asking.py",
        "await asking.steps.keep(step, result, asking.calls[-1])",
        "pass",
        PERFORM + "test_a_run_goes_on_where_the_last_attempt_ended[sqlite]",
    ),
    Planted(
        "G7",
        "an interrupted run counts a kept call twice",
        "worker/steps.py",
        "await asyncio.shield(keeping)",
        "await keeping",
        PERFORM + "test_every_value_of_a_fan_out_is_asked_once[sqlite]",
    ),
    Planted(
        "G8",
        "an agent that forbids another try is tried again",
        "store/sql/claims.sql",
        "WHEN jobs.on_worker_loss = 'fail' OR jobs.deaths + workers.blamed >= :deaths_allowed THEN 'failed'",
        "WHEN jobs.deaths + workers.blamed >= :deaths_allowed THEN 'failed'",
        LIFE + "test_an_agent_may_forbid_another_try_after_a_lost_worker[sqlite]",
    ),
    Planted(
        "G10",
        "a worker without a heartbeat goes on asking models",
        "worker/worker.py",
        "        self._claimer.allowed.clear()\n        self._running.interrupt_all(Stop.RELEASE)",
        "        self._claimer.allowed.clear()",
        WORKER + "test_calls_under_way_are_let_go_before_anybody_may_take_over[sqlite]",
    ),
    Planted(
        "G10",
        "nobody notices a loop that is stuck",
        "worker/heart.py",
        "if came_round_s is None:",
        "if True:",
        WORKER + "test_a_loop_that_does_not_come_round_is_stuck_only_while_the_heart_beats[sqlite]",
    ),
    Planted(
        "G11",
        "a cancelled job is tried again",
        SQLITE_CLAIMS,
        "SET state = CASE WHEN cancel_requested = 1 AND :state IN ('queued', 'waiting') THEN 'cancelled' "
        "ELSE :state END,",
        "SET state = :state,",
        LIFE + "test_a_cancelled_job_is_not_tried_again[sqlite]",
    ),
    Planted(
        "G12",
        "a provider's wish to wait is not heard",
        "jobs/backoff.py",
        "return retry_after_s + random.uniform(0, min(bound, 1 + retry_after_s / 10))\n"
        "    return random.uniform(0, bound)",
        "return random.uniform(0, bound)\n    return random.uniform(0, bound)",
        "jobs/test_backoff.py::test_a_providers_wish_is_a_floor",
    ),
    Planted(
        "G12",
        "a retry does not look whether the job has failed",
        "jobs/retry.py",
        "if job.state in {State.FAILED, State.CANCELLED}:",
        "if job.state != State.COMPLETED:",
        LIFE + "test_many_retries_of_a_failed_job_start_one_generation[sqlite]",
    ),
    Planted(
        "G13",
        "the first organization always wins",
        "jobs/lanes.py",
        "key=lambda one: (self._running_of[one], _lot(salt, one))",
        "key=lambda one: one",
        "jobs/test_lanes.py::test_one_slot_at_a_time_is_not_always_the_same_organizations",
    ),
    Planted(
        "G14",
        "a full queue takes more",
        "jobs/create.py",
        "refused = await turned_away(tx, fresh, ceilings)",
        "refused: dict[str, Accepted] = {}",
        "security/test_s07_limits.py::test_s07_only_so_many_jobs_may_wait[sqlite]",
    ),
    Planted(
        "G17",
        "nobody goes on with a deletion that cancels",
        "jobs/upkeep.py",
        "cancelled = await cancel.cancel_of_deleted_agents(tx)",
        "cancelled = 0",
        PROMISES + "test_a_deletion_that_cancels_is_finished_by_whoever_lives[sqlite]",
    ),
    Planted(
        "G18",
        "a worker takes jobs it does not understand",
        SQLITE_CLAIMS,
        "AND deaths < 2 AND format <= :format",
        "AND deaths < 2 AND :format = :format",
        PROMISES + "test_jobs_of_a_newer_format_are_left_to_newer_workers[sqlite]",
    ),
    Planted(
        "outage",
        "an outage is charged to the jobs",
        "worker/perform.py",
        "if failure.outage or failure.code in UNCHARGED:",
        "if False:",
        PERFORM + "test_outages_and_pleas_for_patience_are_not_charged[sqlite]",
    ),
    Planted(
        "outage",
        "the claim does not obey the circuit",
        "jobs/lanes.py",
        "if outage.limit is not None:",
        "if False:",
        OUTAGES + "test_outages_hold_jobs_back_and_charge_them_nothing[sqlite]",
    ),
    Planted(
        "outage",
        "everybody comes back at once",
        "jobs/outages.py",
        "grown = outage.allowance * 2 if",
        "grown = outage.allowance * 1000 if",
        OUTAGES + "test_outages_hold_jobs_back_and_charge_them_nothing[sqlite]",
    ),
    Planted(
        "poison",
        "suspects run beside others",
        SQLITE_CLAIMS,
        "AND deaths < 2 AND format <= :format",
        "AND format <= :format",
        SUSPECTS + "test_the_last_chance_is_alone_and_then_the_job_is_poison[sqlite]",
    ),
    Planted(
        "poison",
        "deaths are not counted",
        "store/sql/claims.sql",
        "SET deaths = jobs.deaths + workers.blamed, lease_token",
        "SET deaths = jobs.deaths, lease_token",
        SUSPECTS + "test_the_last_chance_is_alone_and_then_the_job_is_poison[sqlite]",
    ),
    Planted(
        "poison",
        "a machine that dies blames its jobs",
        "jobs/workers.py",
        "blamed=int(blamed)",
        "blamed=1",
        SUSPECTS + "test_a_whole_machine_that_dies_blames_nobody[sqlite]",
    ),
    Planted(
        "unknown commit",
        "the work is repeated without looking",
        "store/sure.py",
        "    if await store.read(lambda tx: witness(tx, value)):\n        return value\n    try:",
        "    try:",
        "jobs/test_unknown_commits.py::test_settle[sqlite-outcome1-failed-failed-committed]",
    ),
    Planted(
        "unknown commit",
        "nobody looks for claims that came late",
        "worker/worker.py",
        "self._start([claim for token, claim in unknown.items() if token in self._unknown])",
        "pass",
        WORKER + "test_a_worker_finds_what_it_holds_without_knowing[sqlite]",
    ),
    Planted(
        "database outage",
        "workers are buried right after an outage",
        "jobs/keeping_up.py",
        "            watching_since = None\n        looked",
        "            pass\n        looked",
        PROMISES + "test_a_sweeper_that_was_blind_watches_for_a_lease_first[sqlite]",
    ),
    Planted(
        "duplicates",
        "the key's row is not held with the job",
        "jobs/idempotency.py",
        'held = {row["job_id"] for row in await tx.each("hold_idempotency_keys", [_values(job) for job in keyed])}',
        "held = {job.id for job in keyed}",
        "jobs/test_create.py::test_concurrent_twins_create_one_job[sqlite]",
    ),
    Planted(
        "G27",
        "a rescue leaves no line",
        "jobs/rescue.py",
        'event if row["state"] == State.QUEUED else settle.EVENTS[State(row["state"])],',
        "JobEvent.STARTED,",
        SUSPECTS + "test_the_last_chance_is_alone_and_then_the_job_is_poison[sqlite]",
    ),
    Planted(
        "Books",
        "what a refused ending cost is forgotten",
        "jobs/settle.py",
        "        spent.append((Spender.from_row(row), ending))\n",
        "",
        "jobs/test_spending.py::test_a_late_ending_is_refused_and_paid[sqlite]",
    ),
    Planted(
        "Books",
        "what has no known price costs nothing",
        "models/catalog.py",
        "if self.price is not None and known else None",
        "if self.price is not None and known else 0",
        "models/test_catalog.py::test_what_nobody_knows_costs_not_nothing[sqlite]",
    ),
    Planted(
        "Pace",
        "a minute is counted as a minute, whatever permits and networks do",
        "accounts/window.py",
        "SPAN_S = MINUTE_S + PERMIT_S + NETWORK_S + 1",
        "SPAN_S = MINUTE_S",
        "accounts/test_ledger.py::test_no_minute_holds_more_than_is_allowed[sqlite-0]",
    ),
    Planted(
        "Pace",
        "a spent quota is the job's fault",
        "worker/perform.py",
        "frozenset({FailureCode.MODEL_RATE_LIMITED, FailureCode.MODEL_QUOTA_EXHAUSTED})",
        "frozenset({FailureCode.MODEL_RATE_LIMITED})",
        PERFORM + "test_without_money_a_job_waits_and_nothing_is_charged[sqlite]",
    ),
    *IN_WEBHOOKS,
    *IN_BATCHES,
    *AT_THE_DOOR,
    *IN_CONFINEMENT,
    *IN_REQUESTS,
    *IN_SEALING,
    *IN_SESSIONS,
    *IN_KNOWLEDGE,
    *IN_THE_ENGINE,
)
