-- name: add_to_counts
-- Jobs moved between states.
INSERT INTO job_counts (organization_id, agent_id, state, slot, jobs)
SELECT entry.organization_id, entry.agent_id, entry.state, entry.slot, entry.jobs
FROM unnest(CAST(:organization_id AS text[]), CAST(:agent_id AS text[]), CAST(:state AS text[]),
    CAST(:slot AS bigint[]), CAST(:jobs AS bigint[]))
    AS entry (organization_id, agent_id, state, slot, jobs)
ON CONFLICT (agent_id, state, slot) DO UPDATE SET jobs = job_counts.jobs + excluded.jobs

-- name: add_model_calls
-- Calls of a model, counted by outcome and duration.
INSERT INTO model_calls (organization_id, model, outcome, bucket_ms, slot, calls, duration_us, prompt_tokens,
    completion_tokens)
SELECT entry.organization_id, entry.model, entry.outcome, entry.bucket_ms, entry.slot, entry.calls,
    entry.duration_us, entry.prompt_tokens, entry.completion_tokens
FROM unnest(CAST(:organization_id AS text[]), CAST(:model AS text[]), CAST(:outcome AS text[]),
    CAST(:bucket_ms AS bigint[]), CAST(:slot AS bigint[]), CAST(:calls AS bigint[]),
        CAST(:duration_us AS bigint[]), CAST(:prompt_tokens AS bigint[]), CAST(:completion_tokens AS bigint[]))
    AS entry (organization_id, model, outcome, bucket_ms, slot, calls, duration_us, prompt_tokens, completion_tokens)
ON CONFLICT (organization_id, model, outcome, bucket_ms, slot) DO UPDATE SET
    calls = model_calls.calls + excluded.calls, duration_us = model_calls.duration_us + excluded.duration_us,
    prompt_tokens = model_calls.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = model_calls.completion_tokens + excluded.completion_tokens
