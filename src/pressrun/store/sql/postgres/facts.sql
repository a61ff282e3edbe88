-- name: find_size
-- Bytes that the database takes, and the last step of its schema.
SELECT pg_database_size(current_database()) AS size_bytes,
    (SELECT max(version) FROM schema_migrations) AS schema_version
