-- name: report_usage
-- What an organization used in some days, grouped by whichever of day, agent, batch, key and model is asked for.
SELECT CASE WHEN CAST(:by_day AS bigint) = 1 THEN day ELSE 0 END AS day,
    CASE WHEN CAST(:by_agent AS bigint) = 1 THEN agent_id ELSE '' END AS agent,
    CASE WHEN CAST(:by_batch AS bigint) = 1 THEN batch_id ELSE '' END AS batch,
    CASE WHEN CAST(:by_key AS bigint) = 1 THEN key_id ELSE '' END AS key,
    CASE WHEN CAST(:by_model AS bigint) = 1 THEN model ELSE '' END AS model,
    CAST(SUM(calls) AS bigint) AS calls, CAST(SUM(unpriced_calls) AS bigint) AS unpriced_calls,
    CAST(SUM(prompt_tokens) AS bigint) AS prompt_tokens, CAST(SUM(completion_tokens) AS bigint) AS completion_tokens,
    CAST(SUM(cached_prompt_tokens) AS bigint) AS cached_prompt_tokens, CAST(SUM(cost) AS bigint) AS cost,
    CAST(SUM(reasks) AS bigint) AS reasks, CAST(SUM(reask_cost) AS bigint) AS reask_cost
FROM daily_usage
WHERE organization_id = :organization_id AND day BETWEEN CAST(:first_day AS bigint) AND CAST(:last_day AS bigint)
GROUP BY 1, 2, 3, 4, 5

-- name: forget_usage
-- Days so long ago that nobody asks about them.
-- system: upkeep.
DELETE FROM daily_usage WHERE day < :now / 86400000000 - CAST(:days AS bigint)
