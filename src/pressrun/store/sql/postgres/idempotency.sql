-- name: hold_idempotency_keys
-- Claim keys for jobs about to be created; a key that is taken returns nothing.
INSERT INTO idempotency_keys (organization_id, key_id, route, key_hash, body_hash, job_id, created_at)
SELECT entry.organization_id, entry.key_id, entry.route, entry.key_hash, entry.body_hash, entry.job_id, :now
FROM unnest(CAST(:organization_id AS text[]), CAST(:key_id AS text[]), CAST(:route AS text[]),
    CAST(:key_hash AS text[]), CAST(:body_hash AS text[]), CAST(:job_id AS text[]))
    AS entry (organization_id, key_id, route, key_hash, body_hash, job_id)
ON CONFLICT (organization_id, key_id, route, key_hash) DO NOTHING
RETURNING job_id

-- name: replace_idempotency_keys
-- Remember the newest job of a request, for the client's own repeats of it.
INSERT INTO idempotency_keys (organization_id, key_id, route, key_hash, body_hash, job_id, created_at)
SELECT DISTINCT ON (entry.organization_id, entry.key_id, entry.route, entry.key_hash) entry.organization_id,
    entry.key_id,
    entry.route, entry.key_hash, entry.body_hash, entry.job_id, :now
FROM unnest(CAST(:organization_id AS text[]), CAST(:key_id AS text[]), CAST(:route AS text[]),
    CAST(:key_hash AS text[]), CAST(:body_hash AS text[]), CAST(:job_id AS text[]))
    AS entry (organization_id, key_id, route, key_hash, body_hash, job_id)
ORDER BY entry.organization_id, entry.key_id, entry.route, entry.key_hash, entry.job_id DESC
ON CONFLICT (organization_id, key_id, route, key_hash) DO UPDATE
SET job_id = excluded.job_id, body_hash = excluded.body_hash, created_at = excluded.created_at

-- name: find_idempotency_keys
-- What taken keys stand for.
SELECT found.organization_id, found.key_id, found.route, found.key_hash, found.body_hash, found.job_id,
    found.created_at
FROM idempotency_keys AS found
JOIN unnest(CAST(:organization_id AS text[]), CAST(:key_id AS text[]), CAST(:route AS text[]),
    CAST(:key_hash AS text[])) AS entry (organization_id, key_id, route, key_hash)
    ON found.organization_id = entry.organization_id AND found.key_id = entry.key_id AND found.route = entry.route
    AND found.key_hash = entry.key_hash

-- name: release_idempotency_keys
-- Let go of keys whose jobs were not created after all.
DELETE FROM idempotency_keys AS held
USING unnest(CAST(:organization_id AS text[]), CAST(:key_id AS text[]), CAST(:route AS text[]),
    CAST(:key_hash AS text[]), CAST(:job_id AS text[])) AS entry (organization_id, key_id, route, key_hash, job_id)
WHERE held.organization_id = entry.organization_id AND held.key_id = entry.key_id AND held.route = entry.route
    AND held.key_hash = entry.key_hash AND held.job_id = entry.job_id
