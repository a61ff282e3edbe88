-- name: list_job_events
-- The timeline of a job.
SELECT * FROM job_events WHERE organization_id = :organization_id AND job_id = :job_id ORDER BY seq

-- name: find_job_event
-- When a line of a job's timeline was written, if it was.
SELECT at FROM job_events WHERE organization_id = :organization_id AND job_id = :job_id AND seq = :seq

-- name: note_refused_write
-- A worker that had lost its lease tried to write: its result is discarded; that it tried, and what its calls cost, is
-- kept, for they were paid.
-- system: the worker names the job by its own claim.
UPDATE jobs
SET events = events + 1, prompt_tokens = prompt_tokens + :prompt_tokens,
    completion_tokens = completion_tokens + :completion_tokens,
    cached_prompt_tokens = cached_prompt_tokens + :cached_prompt_tokens, cost = coalesce(cost + :cost, cost, :cost),
    unpriced_calls = unpriced_calls + :unpriced_calls, reasks = reasks + :reasks, reask_cost = reask_cost + :reask_cost
WHERE id = :job_id
RETURNING organization_id, agent_id, batch_id, key_id, events, generation, attempts

-- name: list_outbox
-- What an organization's listeners have not been told yet.
SELECT * FROM outbox WHERE organization_id = :organization_id ORDER BY seq

-- name: forget_outbox
-- What listeners that were away for long will not ask for any more.
-- system: upkeep.
DELETE FROM outbox WHERE created_at < :now - :keep_us
