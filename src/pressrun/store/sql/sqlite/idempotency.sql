-- name: hold_idempotency_keys
-- Claim keys for jobs about to be created; a key that is taken returns nothing.
INSERT INTO idempotency_keys (organization_id, key_id, route, key_hash, body_hash, job_id, created_at)
VALUES (:organization_id, :key_id, :route, :key_hash, :body_hash, :job_id, :now)
ON CONFLICT (organization_id, key_id, route, key_hash) DO NOTHING
RETURNING job_id

-- name: replace_idempotency_keys
-- Remember the newest job of a request, for the client's own repeats of it.
INSERT INTO idempotency_keys (organization_id, key_id, route, key_hash, body_hash, job_id, created_at)
VALUES (:organization_id, :key_id, :route, :key_hash, :body_hash, :job_id, :now)
ON CONFLICT (organization_id, key_id, route, key_hash) DO UPDATE
SET job_id = excluded.job_id, body_hash = excluded.body_hash, created_at = excluded.created_at

-- name: find_idempotency_keys
-- What taken keys stand for.
SELECT organization_id, key_id, route, key_hash, body_hash, job_id, created_at FROM idempotency_keys
WHERE organization_id = :organization_id AND key_id = :key_id AND route = :route AND key_hash = :key_hash

-- name: release_idempotency_keys
-- Let go of keys whose jobs were not created after all.
DELETE FROM idempotency_keys
WHERE organization_id = :organization_id AND key_id = :key_id AND route = :route AND key_hash = :key_hash
    AND job_id = :job_id
