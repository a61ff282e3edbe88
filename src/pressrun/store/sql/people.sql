-- name: add_person
-- Somebody who may sign in.
INSERT INTO people (id, organization_id, name, email, role, created_at, updated_at)
VALUES (:person_id, :organization_id, :name, :email, :role, :now, :now)
RETURNING *

-- name: list_people
-- Everybody who may sign in.
SELECT * FROM people WHERE organization_id = :organization_id AND removed_at IS NULL ORDER BY created_at, id

-- name: find_person
-- Somebody who may sign in, with the requests a minute that the organization grants each caller.
SELECT people.*, limits.value AS requests_per_minute
FROM people
LEFT JOIN limits ON limits.organization_id = people.organization_id AND limits.name = 'requests_per_minute'
WHERE people.id = :person_id AND people.organization_id = :organization_id AND people.removed_at IS NULL

-- name: change_person
-- Another name, address or role.
UPDATE people SET name = :name, email = :email, role = :role, updated_at = :now
WHERE id = :person_id AND organization_id = :organization_id AND removed_at IS NULL
RETURNING *

-- name: remove_person
-- Somebody may sign in no longer; the name stays for what was done.
UPDATE people SET removed_at = :now, updated_at = :now
WHERE id = :person_id AND organization_id = :organization_id AND removed_at IS NULL
RETURNING *

-- name: note_person_seen
-- When somebody was here last.
UPDATE people SET last_seen_at = :now WHERE id = :person_id AND organization_id = :organization_id

-- name: list_caller_names
-- Who keys and people are, those that are gone too.
SELECT id, name FROM keys WHERE organization_id = :organization_id
UNION ALL
SELECT id, name FROM people WHERE organization_id = :organization_id
