-- name: lock_claims
-- One claim at a time: the limits of agents and models are counted, then taken. 0x636c61696d is "claim". No row for a
-- worker that is not known to be alive: whatever it claimed, nobody would ever rescue. Its row is held until the
-- commit, so that a burial comes before the claim or sees it; heartbeats pass a KEY SHARE, burials ask for UPDATE.
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(427002358125))
SELECT 1 AS locked FROM turn, workers WHERE id = :worker_id AND state = 'alive' FOR KEY SHARE OF workers

-- name: await_claims
-- A claim that is under way comes to its end first, and the next one begins after this transaction: so nothing is
-- started after the answer. The lock is that of lock_claims.
-- system: claims serve every organization.
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(427002358125)) SELECT 1 AS waited FROM turn

-- name: wake_waiting_jobs
-- Jobs whose wait is over can be claimed.
-- system: the claim serves every organization.
UPDATE jobs SET state = 'queued', updated_at = :now
WHERE seq IN (
    SELECT seq FROM jobs WHERE state = 'waiting' AND run_at <= :now ORDER BY run_at
    LIMIT CAST(:limit AS bigint) FOR UPDATE SKIP LOCKED
)
RETURNING organization_id, agent_id, batch_id

-- name: claim_jobs
-- A worker takes each lane's share: urgent ones first, then in order of acceptance; suspects run alone, elsewhere.
-- `floors` holds a sequence number for each priority: entries below it are dead or dying, and many.
-- system: a worker serves every organization.
WITH picked AS MATERIALIZED (
    SELECT lane.seq, share.worker_id, share.lease_token
    FROM unnest(CAST(:agent_id AS text[]), CAST(:share AS bigint[]), CAST(:floors AS text[]),
        CAST(:worker_id AS text[]), CAST(:lease_token AS text[]), CAST(:format AS bigint[]),
        CAST(:batch_id AS text[]))
        AS share (agent_id, share, floors, worker_id, lease_token, format, batch_id)
    CROSS JOIN LATERAL (
        SELECT ready.seq
        FROM unnest(CAST(share.floors AS bigint[])) WITH ORDINALITY AS floor (seq, number)
        CROSS JOIN LATERAL (
            SELECT jobs.seq FROM jobs
            WHERE jobs.agent_id = share.agent_id AND jobs.batch_id = share.batch_id
                AND (jobs.priority, jobs.seq) >= (floor.number - 1, floor.seq)
                AND jobs.priority <= floor.number - 1
                AND jobs.state = 'queued' AND jobs.deaths < 2 AND jobs.format <= share.format
            ORDER BY jobs.priority, jobs.seq LIMIT share.share FOR UPDATE SKIP LOCKED
        ) AS ready
        LIMIT share.share
    ) AS lane
)
UPDATE jobs
SET state = 'running', attempts = jobs.attempts + 1, lease_token = picked.lease_token, worker_id = picked.worker_id,
    started_at = :now, updated_at = :now, events = jobs.events + 1
FROM picked
WHERE jobs.seq = picked.seq
RETURNING jobs.id, jobs.organization_id, jobs.agent_id, jobs.agent_version, jobs.generation, jobs.attempts,
    jobs.errors, jobs.max_attempts, jobs.deadline_at, jobs.created_at, jobs.started_at, jobs.run_at,
    jobs.lease_token, jobs.events, jobs.inputs, jobs.options, jobs.batch_id, jobs.kind, jobs.seq, jobs.priority

-- name: settle_jobs
-- An attempt ends, if whoever ends it still holds the job: the lease's token is the proof.
-- system: the worker names the job by its own claim.
UPDATE jobs
SET state = CASE WHEN cancel_requested = 1 AND ended.state IN ('queued', 'waiting') THEN 'cancelled'
        ELSE ended.state END,
    error_code = CASE WHEN cancel_requested = 1 AND ended.state IN ('queued', 'waiting') THEN 'cancelled'
        ELSE ended.error_code END,
    error = CASE WHEN cancel_requested = 1 AND ended.state IN ('queued', 'waiting') THEN 'cancelled on request'
        ELSE ended.error END,
    completed_at = CASE WHEN cancel_requested = 1 OR ended.state IN ('completed', 'failed', 'cancelled')
        THEN :now END,
    run_at = :now + ended.wait_us, errors = jobs.errors + ended.errors, lease_token = NULL, worker_id = NULL,
    updated_at = :now, prompt_tokens = jobs.prompt_tokens + ended.prompt_tokens,
    completion_tokens = jobs.completion_tokens + ended.completion_tokens,
    cached_prompt_tokens = jobs.cached_prompt_tokens + ended.cached_prompt_tokens,
    cost = coalesce(jobs.cost + ended.cost, jobs.cost, ended.cost),
    unpriced_calls = jobs.unpriced_calls + ended.unpriced_calls, reasks = jobs.reasks + ended.reasks,
    reask_cost = jobs.reask_cost + ended.reask_cost, events = jobs.events + 1
FROM unnest(CAST(:job_id AS text[]), CAST(:generation AS bigint[]), CAST(:attempt AS bigint[]),
    CAST(:lease_token AS text[]), CAST(:state AS text[]), CAST(:error_code AS text[]), CAST(:error AS text[]),
    CAST(:wait_us AS bigint[]), CAST(:errors AS bigint[]), CAST(:prompt_tokens AS bigint[]),
    CAST(:completion_tokens AS bigint[]), CAST(:cached_prompt_tokens AS bigint[]), CAST(:cost AS bigint[]),
    CAST(:unpriced_calls AS bigint[]), CAST(:reasks AS bigint[]), CAST(:reask_cost AS bigint[]))
    AS ended (job_id, generation, attempt, lease_token, state, error_code, error, wait_us, errors, prompt_tokens,
        completion_tokens, cached_prompt_tokens, cost, unpriced_calls, reasks, reask_cost)
WHERE jobs.id = ended.job_id AND jobs.generation = ended.generation AND jobs.attempts = ended.attempt
    AND jobs.lease_token = ended.lease_token AND jobs.state = 'running'
RETURNING jobs.id, jobs.organization_id, jobs.agent_id, jobs.batch_id, jobs.key_id, jobs.generation, jobs.attempts, jobs.state,
    jobs.events

-- name: expire_jobs
-- Jobs past their deadline end, whatever became of their worker.
-- system: upkeep.
UPDATE jobs
SET state = 'failed', error_code = CASE WHEN error_code IN ('model_unavailable', 'model_rate_limited', 'model_quota_exhausted') THEN error_code ELSE 'deadline_exceeded' END,
    error = CASE WHEN error_code IN ('model_unavailable', 'model_rate_limited', 'model_quota_exhausted') THEN CAST(:error AS text) || ': ' || error ELSE CAST(:error AS text) END, lease_token = NULL, worker_id = NULL,
    completed_at = :now, updated_at = :now, events = events + 1
WHERE seq IN (SELECT seq FROM jobs WHERE state = :state AND state IN ('queued', 'running', 'waiting') AND deadline_at < :now
        ORDER BY deadline_at LIMIT CAST(:limit AS bigint)
    FOR UPDATE SKIP LOCKED)
    AND state = :state
RETURNING id, organization_id, agent_id, generation, attempts, state, events, error_code

-- name: record_results
-- The result of a generation, once.
INSERT INTO results (organization_id, job_id, generation, payload, digest, created_at)
SELECT entry.organization_id, entry.job_id, entry.generation, entry.payload, entry.digest, :now
FROM unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[]), CAST(:generation AS bigint[]),
    CAST(:payload AS bytea[]), CAST(:digest AS text[]))
    AS entry (organization_id, job_id, generation, payload, digest)
