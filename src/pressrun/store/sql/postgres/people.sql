-- name: hold_person
-- Somebody who may sign in, kept from being given another link meanwhile.
SELECT id FROM people WHERE id = :person_id AND organization_id = :organization_id FOR UPDATE
