-- name: add_daily_usage
-- What calls took, added to today's.
INSERT INTO daily_usage (
    organization_id, day, agent_id, batch_id, key_id, model, slot, calls, unpriced_calls, prompt_tokens,
    completion_tokens, cached_prompt_tokens, cost, reasks, reask_cost
)
SELECT
    entry.organization_id, :now / 86400000000, entry.agent_id, entry.batch_id, entry.key_id, entry.model, entry.slot,
    entry.calls, entry.unpriced_calls, entry.prompt_tokens, entry.completion_tokens, entry.cached_prompt_tokens,
    entry.cost, entry.reasks, entry.reask_cost
FROM unnest(
    CAST(:organization_id AS text[]), CAST(:agent_id AS text[]), CAST(:batch_id AS text[]), CAST(:key_id AS text[]),
    CAST(:model AS text[]), CAST(:slot AS bigint[]), CAST(:calls AS bigint[]), CAST(:unpriced_calls AS bigint[]),
    CAST(:prompt_tokens AS bigint[]), CAST(:completion_tokens AS bigint[]), CAST(:cached_prompt_tokens AS bigint[]),
    CAST(:cost AS bigint[]), CAST(:reasks AS bigint[]), CAST(:reask_cost AS bigint[])
) AS entry (
    organization_id, agent_id, batch_id, key_id, model, slot, calls, unpriced_calls, prompt_tokens, completion_tokens,
    cached_prompt_tokens, cost, reasks, reask_cost
)
ON CONFLICT (organization_id, day, agent_id, batch_id, key_id, model, slot) DO UPDATE SET
    calls = daily_usage.calls + excluded.calls, unpriced_calls = daily_usage.unpriced_calls + excluded.unpriced_calls,
    prompt_tokens = daily_usage.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = daily_usage.completion_tokens + excluded.completion_tokens,
    cached_prompt_tokens = daily_usage.cached_prompt_tokens + excluded.cached_prompt_tokens,
    cost = daily_usage.cost + excluded.cost, reasks = daily_usage.reasks + excluded.reasks,
    reask_cost = daily_usage.reask_cost + excluded.reask_cost
