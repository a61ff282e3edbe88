-- name: find_size
-- Bytes that the database takes, and the last step of its schema.
SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size) AS size_bytes,
    (SELECT max(version) FROM schema_migrations) AS schema_version
