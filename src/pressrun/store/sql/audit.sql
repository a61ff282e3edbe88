-- name: record_audit
-- Who did what, in the transaction that did it.
INSERT INTO audit_log (organization_id, at, key_id, address, request_id, action, target, data)
VALUES (:organization_id, :now, :key_id, :address, :request_id, :action, :target, :data)

-- name: list_audit
-- What was done in an organization, the newest first; an action that is empty is any.
SELECT * FROM audit_log
WHERE organization_id = :organization_id AND seq < :before
    AND (CAST(:action AS text) = '' OR action = CAST(:action AS text))
ORDER BY seq DESC
LIMIT :limit

-- name: list_authentication_failures
-- How often somebody came without a good key, by reason.
-- system: a figure of the whole server.
SELECT reason, CAST(sum(failures) AS bigint) AS failures FROM authentication_failures GROUP BY reason ORDER BY reason
