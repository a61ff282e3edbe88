-- name: hold_leases
-- Which of these claims still hold their jobs; what calls cost is added to them.
-- system: the worker names the job by its own claim.
UPDATE jobs
SET prompt_tokens = jobs.prompt_tokens + held.prompt_tokens,
    completion_tokens = jobs.completion_tokens + held.completion_tokens,
    cached_prompt_tokens = jobs.cached_prompt_tokens + held.cached_prompt_tokens,
    cost = coalesce(jobs.cost + held.cost, jobs.cost, held.cost),
    unpriced_calls = jobs.unpriced_calls + held.unpriced_calls, reasks = jobs.reasks + held.reasks,
    reask_cost = jobs.reask_cost + held.reask_cost
FROM unnest(CAST(:job_id AS text[]), CAST(:lease_token AS text[]), CAST(:prompt_tokens AS bigint[]),
    CAST(:completion_tokens AS bigint[]), CAST(:cached_prompt_tokens AS bigint[]), CAST(:cost AS bigint[]),
    CAST(:unpriced_calls AS bigint[]), CAST(:reasks AS bigint[]), CAST(:reask_cost AS bigint[]))
    AS held (job_id, lease_token, prompt_tokens, completion_tokens, cached_prompt_tokens, cost, unpriced_calls, reasks,
        reask_cost)
WHERE jobs.id = held.job_id AND jobs.lease_token = held.lease_token AND jobs.state = 'running'
RETURNING jobs.id, jobs.organization_id, jobs.agent_id, jobs.batch_id, jobs.key_id, jobs.lease_token

-- name: record_checkpoints
-- Model calls that need not be made again.
INSERT INTO checkpoints (organization_id, job_id, generation, step, payload, model, created_at)
SELECT entry.organization_id, entry.job_id, entry.generation, entry.step, entry.payload, entry.model, :now
FROM unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[]), CAST(:generation AS bigint[]),
    CAST(:step AS text[]), CAST(:payload AS bytea[]), CAST(:model AS text[]))
    AS entry (organization_id, job_id, generation, step, payload, model)
ON CONFLICT (job_id, generation, step) DO NOTHING

-- name: drop_checkpoints
-- The job has ended.
DELETE FROM checkpoints
USING unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[])) AS ended (organization_id, job_id)
WHERE checkpoints.job_id = ended.job_id AND checkpoints.organization_id = ended.organization_id
