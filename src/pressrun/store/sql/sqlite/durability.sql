-- name: list_durability_settings
-- What must be on for a commit to survive a power cut; 2 is FULL, which every connection of ours sets.
SELECT 'synchronous' AS name, CASE WHEN synchronous >= 2 THEN 'on' ELSE 'off' END AS setting FROM pragma_synchronous
