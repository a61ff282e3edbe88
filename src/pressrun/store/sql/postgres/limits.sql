-- name: lock_queue
-- One at a time counts an organization's jobs, then adds to them. 0x71756575 is "queu".
SELECT pg_advisory_xact_lock(hashtextextended(:organization_id, 1903519093)) IS NULL AS locked

-- name: hold_admin_keys
-- The admin keys of an organization that work, kept from being revoked by others meanwhile.
SELECT id FROM keys
WHERE organization_id = :organization_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
    AND ' ' || scopes || ' ' LIKE '% admin %'
ORDER BY id
FOR UPDATE

-- name: add_tokens
-- Tokens an organization has spent today.
INSERT INTO token_counts (organization_id, day, slot, tokens)
SELECT entry.organization_id, :now / 86400000000, entry.slot, entry.tokens
FROM unnest(CAST(:organization_id AS text[]), CAST(:slot AS bigint[]), CAST(:tokens AS bigint[]))
    AS entry (organization_id, slot, tokens)
ON CONFLICT (organization_id, day, slot) DO UPDATE SET tokens = token_counts.tokens + excluded.tokens

-- name: add_authentication_failures
-- Requests without a good key, counted, never kept one by one.
INSERT INTO authentication_failures (reason, slot, failures)
SELECT entry.reason, entry.slot, entry.failures
FROM unnest(CAST(:reason AS text[]), CAST(:slot AS bigint[]), CAST(:failures AS bigint[]))
    AS entry (reason, slot, failures)
ON CONFLICT (reason, slot) DO UPDATE SET failures = authentication_failures.failures + excluded.failures
