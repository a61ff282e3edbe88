-- name: lock_account
-- One at a time counts what an account was permitted, then adds to it. 0x61636374 is "acct".
SELECT pg_advisory_xact_lock(
    hashtextextended(CAST(:organization_id AS text) || ' ' || CAST(:account AS text), 1633903476)
) IS NULL AS locked

-- name: add_permits
-- Calls that may begin.
INSERT INTO model_permits (id, organization_id, account, worker_id, second, tokens, expires_at)
SELECT entry.id, entry.organization_id, entry.account, entry.worker_id, entry.second, entry.tokens,
    :now + entry.expires_us
FROM unnest(CAST(:permit_id AS text[]), CAST(:organization_id AS text[]), CAST(:account AS text[]),
    CAST(:worker_id AS text[]), CAST(:second AS bigint[]), CAST(:tokens AS bigint[]), CAST(:expires_us AS bigint[]))
    AS entry (id, organization_id, account, worker_id, second, tokens, expires_us)

-- name: end_permits
-- Calls that have ended.
DELETE FROM model_permits
USING unnest(CAST(:permit_id AS text[]), CAST(:organization_id AS text[]), CAST(:account AS text[]))
    AS ended (id, organization_id, account)
WHERE model_permits.id = ended.id AND model_permits.organization_id = ended.organization_id
    AND model_permits.account = ended.account
