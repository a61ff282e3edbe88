-- name: add_graph
-- A graph, unless its id is taken.
INSERT INTO graphs (organization_id, id, name, description, type, created_at, updated_at)
VALUES (:organization_id, :graph_id, :name, :description, :type, :now, :now)
ON CONFLICT DO NOTHING
RETURNING *

-- name: find_graph
-- One graph of an organization.
SELECT * FROM graphs WHERE id = :graph_id AND organization_id = :organization_id

-- name: list_graphs
-- A page of graphs between two places, newest first.
SELECT * FROM graphs WHERE organization_id = :organization_id AND seq > :low AND seq < :high ORDER BY seq DESC
LIMIT :limit

-- name: list_graphs_upwards
-- The same, oldest first.
SELECT * FROM graphs WHERE organization_id = :organization_id AND seq > :low AND seq < :high ORDER BY seq LIMIT :limit

-- name: change_graph
-- Another name, description or type.
UPDATE graphs SET name = :name, description = :description, type = :type, updated_at = :now
WHERE id = :graph_id AND organization_id = :organization_id
RETURNING *

-- name: delete_graph
-- A graph is gone; its files stay.
DELETE FROM graphs WHERE id = :graph_id AND organization_id = :organization_id RETURNING *

-- name: count_files_of_graph
-- How many files of a graph stand where.
SELECT files.state, count(*) AS files
FROM graph_files
JOIN files ON files.id = graph_files.file_id AND files.organization_id = graph_files.organization_id
WHERE graph_files.graph_id = :graph_id AND graph_files.organization_id = :organization_id
GROUP BY files.state

-- name: count_passages_of_graph
-- How many passages a graph has.
SELECT CAST(coalesce(sum(indexed_files.passages), 0) AS bigint) AS passages
FROM graph_files
JOIN indexed_files
    ON indexed_files.file_id = graph_files.file_id AND indexed_files.organization_id = graph_files.organization_id
WHERE graph_files.graph_id = :graph_id AND graph_files.organization_id = :organization_id

-- name: join_graph
-- A file is in a graph from now on, if both are there.
INSERT INTO graph_files (organization_id, graph_id, file_id, url, added_at)
SELECT graphs.organization_id, graphs.id, files.id, :url, :now
FROM graphs
JOIN files ON files.organization_id = graphs.organization_id AND files.id = :file_id
WHERE graphs.id = :graph_id AND graphs.organization_id = :organization_id
ON CONFLICT (graph_id, file_id) DO UPDATE SET url = excluded.url
RETURNING file_id

-- name: leave_graph
-- A file is in a graph no longer.
DELETE FROM graph_files
WHERE graph_id = :graph_id AND file_id = :file_id AND organization_id = :organization_id
RETURNING file_id

-- name: leave_all_of_graph
-- No file is in a graph any more.
DELETE FROM graph_files WHERE graph_id = :graph_id AND organization_id = :organization_id

-- name: is_in_a_graph
-- Whether any graph holds a file.
SELECT 1 AS found FROM graph_files WHERE file_id = :file_id AND organization_id = :organization_id LIMIT 1

-- name: list_pages_of_graph
-- The files that are pages of the web, and where they come from.
SELECT file_id, url FROM graph_files
WHERE graph_id = :graph_id AND organization_id = :organization_id AND url <> ''

-- name: list_graph_urls
-- The pages of the web that a graph takes in, in order.
SELECT * FROM graph_urls WHERE graph_id = :graph_id AND organization_id = :organization_id ORDER BY place

-- name: add_graph_url
-- One more.
INSERT INTO graph_urls (organization_id, graph_id, place, url, type, exclude_urls, status, error_type, error, job_id)
VALUES (:organization_id, :graph_id, :place, :url, :type, :exclude_urls, :status, :error_type, :error, NULL)

-- name: drop_graph_urls
-- None any more.
DELETE FROM graph_urls WHERE graph_id = :graph_id AND organization_id = :organization_id

-- name: settle_graph_url
-- What became of a page.
UPDATE graph_urls SET status = :status, error_type = :error_type, error = :error
WHERE graph_id = :graph_id AND organization_id = :organization_id AND url = :url
