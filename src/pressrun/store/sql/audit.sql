-- name: record_audit
-- Who did what, in the transaction that did it.
INSERT INTO audit_log (organization_id, at, key_id, person_id, address, request_id, action, target, data)
VALUES (:organization_id, :now, :key_id, :person_id, :address, :request_id, :action, :target, :data)

-- name: find_audit
-- Whether something was done to something at that time.
SELECT 1 AS found FROM audit_log
WHERE organization_id = :organization_id AND at = :at AND action = :action AND target = :target LIMIT 1

-- name: list_audit
-- What was done in an organization and by whom, the newest first; an action that is empty is any.
SELECT audit_log.*, coalesce(people.name, keys.name) AS by
FROM audit_log
LEFT JOIN people ON people.id = audit_log.person_id
LEFT JOIN keys ON keys.id = audit_log.key_id
WHERE audit_log.organization_id = :organization_id AND seq < :before
    AND (CAST(:action AS text) = '' OR action = CAST(:action AS text))
ORDER BY seq DESC
LIMIT :limit

-- name: list_authentication_failures
-- How often somebody came without a good key, by reason.
-- system: a figure of the whole server.
SELECT reason, CAST(sum(failures) AS bigint) AS failures FROM authentication_failures GROUP BY reason ORDER BY reason
