-- name: lock_account
-- SQLite has one writer at a time: whoever counts, then adds, is alone.
SELECT :organization_id AS organization_id, :account AS locked

-- name: add_permits
-- Calls that may begin.
INSERT INTO model_permits (id, organization_id, account, worker_id, second, tokens, expires_at)
VALUES (:permit_id, :organization_id, :account, :worker_id, :second, :tokens, :now + :expires_us)

-- name: end_permits
-- Calls that have ended.
DELETE FROM model_permits WHERE organization_id = :organization_id AND account = :account AND id = :permit_id
