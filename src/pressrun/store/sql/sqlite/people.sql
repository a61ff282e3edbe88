-- name: hold_person
-- Somebody who may sign in; SQLite has one writer at a time.
SELECT id FROM people WHERE id = :person_id AND organization_id = :organization_id
