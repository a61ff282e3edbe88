-- name: hold_leases
-- Which of these claims still hold their jobs; what calls cost is added to them.
-- system: the worker names the job by its own claim.
UPDATE jobs
SET prompt_tokens = prompt_tokens + :prompt_tokens, completion_tokens = completion_tokens + :completion_tokens,
    cached_prompt_tokens = cached_prompt_tokens + :cached_prompt_tokens, cost = coalesce(cost + :cost, cost, :cost),
    unpriced_calls = unpriced_calls + :unpriced_calls, reasks = reasks + :reasks, reask_cost = reask_cost + :reask_cost
WHERE id = :job_id AND lease_token = :lease_token AND state = 'running'
RETURNING id, organization_id, agent_id, batch_id, key_id, lease_token

-- name: record_checkpoints
-- Model calls that need not be made again.
INSERT INTO checkpoints (organization_id, job_id, generation, step, payload, model, created_at)
VALUES (:organization_id, :job_id, :generation, :step, :payload, :model, :now)
ON CONFLICT (job_id, generation, step) DO NOTHING

-- name: drop_checkpoints
-- The job has ended.
DELETE FROM checkpoints WHERE job_id = :job_id AND organization_id = :organization_id
