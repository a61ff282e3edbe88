-- name: try_lock_upkeep
-- Of all processes that could do upkeep now, one does. 0x75706b656570 is "upkeep".
SELECT pg_try_advisory_xact_lock(129125698594160) AS locked
