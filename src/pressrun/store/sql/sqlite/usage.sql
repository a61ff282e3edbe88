-- name: add_daily_usage
-- What calls took, added to today's.
INSERT INTO daily_usage (
    organization_id, day, agent_id, batch_id, key_id, model, slot, calls, unpriced_calls, prompt_tokens,
    completion_tokens, cached_prompt_tokens, cost, reasks, reask_cost
)
VALUES (
    :organization_id, :now / 86400000000, :agent_id, :batch_id, :key_id, :model, :slot, :calls, :unpriced_calls,
    :prompt_tokens, :completion_tokens, :cached_prompt_tokens, :cost, :reasks, :reask_cost
)
ON CONFLICT (organization_id, day, agent_id, batch_id, key_id, model, slot) DO UPDATE SET
    calls = daily_usage.calls + excluded.calls, unpriced_calls = daily_usage.unpriced_calls + excluded.unpriced_calls,
    prompt_tokens = daily_usage.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = daily_usage.completion_tokens + excluded.completion_tokens,
    cached_prompt_tokens = daily_usage.cached_prompt_tokens + excluded.cached_prompt_tokens,
    cost = daily_usage.cost + excluded.cost, reasks = daily_usage.reasks + excluded.reasks,
    reask_cost = daily_usage.reask_cost + excluded.reask_cost
