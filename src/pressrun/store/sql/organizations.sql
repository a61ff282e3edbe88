-- name: add_organization
-- A new organization.
-- system: it is the organization.
INSERT INTO organizations (id, name, created_at) VALUES (:organization_id, :name, :now)

-- name: list_organizations
-- Every organization.
-- system: for the operator's command line.
SELECT * FROM organizations ORDER BY id

-- name: find_organization
-- One organization.
SELECT * FROM organizations WHERE id = :organization_id

-- name: add_key
-- A new key; only a digest of it is kept.
INSERT INTO keys (id, organization_id, name, hash, hint, scopes, fold_retries, created_at, expires_at,
    requests_per_minute)
VALUES (:key_id, :organization_id, :name, :hash, :hint, :scopes, :fold_retries, :now,
    :now + CAST(:lifetime_us AS bigint), :requests_per_minute)
RETURNING *

-- name: find_key_by_hash
-- The live key with this digest.
-- system: it is what tells the organization.
SELECT keys.*, coalesce(keys.requests_per_minute, limits.value) AS requests_allowed
FROM keys
LEFT JOIN limits ON limits.organization_id = keys.organization_id AND limits.name = 'requests_per_minute'
WHERE hash = :hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)

-- name: find_key
-- The live key with this id.
SELECT keys.*, coalesce(keys.requests_per_minute, limits.value) AS requests_allowed
FROM keys
LEFT JOIN limits ON limits.organization_id = keys.organization_id AND limits.name = 'requests_per_minute'
WHERE keys.id = :key_id AND keys.organization_id = :organization_id
    AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)

-- name: find_ended_key
-- The key with this digest that works no longer.
-- system: it is what tells the organization.
SELECT * FROM keys WHERE hash = :hash AND (revoked_at IS NOT NULL OR expires_at <= :now)

-- name: list_keys
-- Every key of an organization.
SELECT * FROM keys WHERE organization_id = :organization_id ORDER BY created_at DESC, id DESC

-- name: revoke_key
-- End a key; the first revocation's time stays.
UPDATE keys SET revoked_at = coalesce(revoked_at, :now)
WHERE id = :key_id AND organization_id = :organization_id
RETURNING *

-- name: note_key_use
-- When a key was last used.
UPDATE keys SET last_used_at = :now WHERE id = :key_id AND organization_id = :organization_id
