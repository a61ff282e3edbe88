-- name: hold_leases
-- Which of these claims still hold their jobs; the tokens that calls cost are added to them.
-- system: the worker names the job by its own claim.
UPDATE jobs
SET prompt_tokens = jobs.prompt_tokens + held.prompt_tokens,
    completion_tokens = jobs.completion_tokens + held.completion_tokens
FROM unnest(CAST(:job_id AS text[]), CAST(:lease_token AS text[]), CAST(:prompt_tokens AS bigint[]),
    CAST(:completion_tokens AS bigint[])) AS held (job_id, lease_token, prompt_tokens, completion_tokens)
WHERE jobs.id = held.job_id AND jobs.lease_token = held.lease_token AND jobs.state = 'running'
RETURNING jobs.id, jobs.lease_token

-- name: record_checkpoints
-- Model calls that need not be made again.
INSERT INTO checkpoints (organization_id, job_id, generation, step, payload, created_at)
SELECT entry.organization_id, entry.job_id, entry.generation, entry.step, entry.payload, :now
FROM unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[]), CAST(:generation AS bigint[]),
    CAST(:step AS text[]), CAST(:payload AS bytea[])) AS entry (organization_id, job_id, generation, step, payload)
ON CONFLICT (job_id, generation, step) DO NOTHING

-- name: drop_checkpoints
-- The job has ended.
DELETE FROM checkpoints
USING unnest(CAST(:organization_id AS text[]), CAST(:job_id AS text[])) AS ended (organization_id, job_id)
WHERE checkpoints.job_id = ended.job_id AND checkpoints.organization_id = ended.organization_id
