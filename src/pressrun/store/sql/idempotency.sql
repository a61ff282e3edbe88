-- name: find_folded
-- The job a client's repeat of the same request meant, when it is recent.
SELECT job_id, body_hash, created_at FROM idempotency_keys
WHERE organization_id = :organization_id AND key_id = :key_id AND route = :route AND key_hash = :key_hash
    AND created_at >= :now - :window_us

-- name: forget_idempotency_keys
-- Keys older than the promise to remember them.
-- system: upkeep.
DELETE FROM idempotency_keys WHERE created_at < :now - :window_us
