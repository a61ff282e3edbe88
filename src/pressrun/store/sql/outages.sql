-- name: list_outages
-- Every model that is in trouble; `is_open`: nobody asks it for now.
-- system: the claim serves every organization.
SELECT organization_id, model, failures, openings, allowance, reason, since, open_until,
    CASE WHEN open_until > :now THEN 1 ELSE 0 END AS is_open, :now - updated_at AS age_us
FROM model_outages
ORDER BY organization_id, model

-- name: set_outage
-- How a model in trouble stands now.
INSERT INTO model_outages (organization_id, model, failures, openings, open_until, allowance, reason, since, updated_at)
VALUES (:organization_id, :model, :failures, :openings, :now + :closed_for_us, :allowance, :reason, :now, :now)
ON CONFLICT (organization_id, model) DO UPDATE SET failures = excluded.failures, openings = excluded.openings,
    open_until = excluded.open_until, allowance = excluded.allowance, reason = excluded.reason,
    updated_at = excluded.updated_at

-- name: end_outage
-- A model answers as it should again.
DELETE FROM model_outages WHERE organization_id = :organization_id AND model = :model
