-- name: list_durability_settings
-- What must be on for a commit to survive a power cut.
SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name
