-- name: hold_leases
-- Which of these claims still hold their jobs; the tokens that calls cost are added to them.
-- system: the worker names the job by its own claim.
UPDATE jobs
SET prompt_tokens = prompt_tokens + :prompt_tokens, completion_tokens = completion_tokens + :completion_tokens
WHERE id = :job_id AND lease_token = :lease_token AND state = 'running'
RETURNING id, lease_token

-- name: record_checkpoints
-- Model calls that need not be made again.
INSERT INTO checkpoints (organization_id, job_id, generation, step, payload, created_at)
VALUES (:organization_id, :job_id, :generation, :step, :payload, :now)
ON CONFLICT (job_id, generation, step) DO NOTHING

-- name: drop_checkpoints
-- The job has ended.
DELETE FROM checkpoints WHERE job_id = :job_id AND organization_id = :organization_id
