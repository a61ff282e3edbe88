-- name: lock_claims
-- SQLite has one writer at a time: whoever is in a transaction that writes is alone. No row for a worker that is not
-- known to be alive: whatever it claimed, nobody would ever rescue.
SELECT 1 AS locked FROM workers WHERE id = :worker_id AND state = 'alive'

-- name: await_claims
-- No claim is under way while another transaction writes.
-- system: claims serve every organization.
SELECT 1 AS waited

-- name: wake_waiting_jobs
-- Jobs whose wait is over can be claimed.
-- system: the claim serves every organization.
UPDATE jobs SET state = 'queued', updated_at = :now
WHERE seq IN (SELECT seq FROM jobs WHERE state = 'waiting' AND run_at <= :now ORDER BY run_at LIMIT :limit)
RETURNING organization_id, agent_id, batch_id

-- name: claim_jobs
-- A worker takes each lane's share: urgent ones first, then in order of acceptance; suspects run alone, elsewhere.
-- `floors` is PostgreSQL's: here an entry that is taken is gone from the index.
-- system: a worker serves every organization.
UPDATE jobs
SET state = 'running', attempts = attempts + 1, lease_token = :lease_token, worker_id = :worker_id,
    started_at = :now, updated_at = :now, events = events + 1
WHERE seq IN (
    SELECT seq FROM jobs
    WHERE agent_id = :agent_id AND batch_id = :batch_id AND state = 'queued' AND deaths < 2 AND format <= :format
    ORDER BY priority, seq LIMIT :share
)
RETURNING id, organization_id, agent_id, agent_version, generation, attempts, errors, max_attempts, deadline_at,
    created_at, started_at, run_at, lease_token, events, inputs, options, batch_id, kind,
    seq, priority

-- name: settle_jobs
-- An attempt ends, if whoever ends it still holds the job: the lease's token is the proof.
-- system: the worker names the job by its own claim.
UPDATE jobs
SET state = CASE WHEN cancel_requested = 1 AND :state IN ('queued', 'waiting') THEN 'cancelled' ELSE :state END,
    error_code = CASE WHEN cancel_requested = 1 AND :state IN ('queued', 'waiting')
        THEN 'cancelled' ELSE :error_code END,
    error = CASE WHEN cancel_requested = 1 AND :state IN ('queued', 'waiting')
        THEN 'cancelled on request' ELSE :error END,
    completed_at = CASE WHEN cancel_requested = 1 OR :state IN ('completed', 'failed', 'cancelled') THEN :now END,
    run_at = :now + :wait_us, errors = errors + :errors, lease_token = NULL, worker_id = NULL, updated_at = :now,
    prompt_tokens = prompt_tokens + :prompt_tokens, completion_tokens = completion_tokens + :completion_tokens,
    cached_prompt_tokens = cached_prompt_tokens + :cached_prompt_tokens, cost = coalesce(cost + :cost, cost, :cost),
    unpriced_calls = unpriced_calls + :unpriced_calls, reasks = reasks + :reasks,
    reask_cost = reask_cost + :reask_cost, events = events + 1
WHERE id = :job_id AND generation = :generation AND attempts = :attempt AND lease_token = :lease_token
    AND state = 'running'
RETURNING id, organization_id, agent_id, batch_id, key_id, generation, attempts, state, events

-- name: expire_jobs
-- Jobs past their deadline end, whatever became of their worker.
-- system: upkeep.
UPDATE jobs
SET state = 'failed', error_code = CASE WHEN error_code IN ('model_unavailable', 'model_rate_limited', 'model_quota_exhausted') THEN error_code ELSE 'deadline_exceeded' END,
    error = CASE WHEN error_code IN ('model_unavailable', 'model_rate_limited', 'model_quota_exhausted') THEN :error || ': ' || error ELSE :error END, lease_token = NULL, worker_id = NULL,
    completed_at = :now, updated_at = :now, events = events + 1
WHERE seq IN (SELECT seq FROM jobs WHERE state = :state AND state IN ('queued', 'running', 'waiting') AND deadline_at < :now
        ORDER BY deadline_at LIMIT :limit) AND state = :state
RETURNING id, organization_id, agent_id, generation, attempts, state, events, error_code

-- name: record_results
-- The result of a generation, once.
INSERT INTO results (organization_id, job_id, generation, payload, digest, created_at)
VALUES (:organization_id, :job_id, :generation, :payload, :digest, :now)
