-- name: add_to_counts
-- Jobs moved between states.
INSERT INTO job_counts (organization_id, agent_id, state, slot, jobs)
VALUES (:organization_id, :agent_id, :state, :slot, :jobs)
ON CONFLICT (agent_id, state, slot) DO UPDATE SET jobs = job_counts.jobs + excluded.jobs

-- name: add_model_calls
-- Calls of a model, counted by outcome and duration.
INSERT INTO model_calls (organization_id, model, outcome, bucket_ms, slot, calls, duration_us, prompt_tokens,
    completion_tokens)
VALUES (:organization_id, :model, :outcome, :bucket_ms, :slot, :calls, :duration_us, :prompt_tokens,
    :completion_tokens)
ON CONFLICT (organization_id, model, outcome, bucket_ms, slot) DO UPDATE SET
    calls = model_calls.calls + excluded.calls, duration_us = model_calls.duration_us + excluded.duration_us,
    prompt_tokens = model_calls.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = model_calls.completion_tokens + excluded.completion_tokens
