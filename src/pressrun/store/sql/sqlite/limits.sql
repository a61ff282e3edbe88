-- name: lock_queue
-- SQLite has one writer at a time: whoever counts, then adds, is alone.
SELECT :organization_id AS locked

-- name: hold_admin_keys
-- The admin keys of an organization that work.
SELECT id FROM keys
WHERE organization_id = :organization_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
    AND ' ' || scopes || ' ' LIKE '% admin %'
ORDER BY id

-- name: add_tokens
-- Tokens an organization has spent today.
INSERT INTO token_counts (organization_id, day, slot, tokens)
VALUES (:organization_id, :now / 86400000000, :slot, :tokens)
ON CONFLICT (organization_id, day, slot) DO UPDATE SET tokens = token_counts.tokens + excluded.tokens

-- name: add_authentication_failures
-- Requests without a good key, counted, never kept one by one.
INSERT INTO authentication_failures (reason, slot, failures) VALUES (:reason, :slot, :failures)
ON CONFLICT (reason, slot) DO UPDATE SET failures = authentication_failures.failures + excluded.failures
