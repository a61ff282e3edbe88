-- name: find_batch_row_lines
-- Rows of a batch by their numbers, with what became of each; `short`: no cells, and of results only how they begin.
SELECT rows.row, rows.row_id, CASE WHEN entry.short = 0 THEN rows.cells END AS cells, substr(rows.inputs, 1, 4096) AS inputs,
    rows.problem, rows.job_id, jobs.state, jobs.agent_version, jobs.attempts, jobs.error_code, jobs.error,
    jobs.prompt_tokens, jobs.completion_tokens, CASE WHEN jobs.unpriced_calls = 0 THEN jobs.cost END AS cost,
    jobs.same_as, jobs.started_at, jobs.completed_at,
    CASE WHEN entry.short = 0 THEN results.payload ELSE substr(results.payload, 1, 4096) END AS result
FROM unnest(CAST(:organization_id AS text[]), CAST(:batch_id AS text[]), CAST(:row AS bigint[]), CAST(:short AS bigint[]))
    AS entry (organization_id, batch_id, row, short)
JOIN batch_rows AS rows ON rows.batch_id = entry.batch_id AND rows.row = entry.row
    AND rows.organization_id = entry.organization_id
LEFT JOIN jobs ON jobs.batch_id = rows.batch_id AND jobs.batch_row = rows.row AND jobs.batch_id <> ''
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation AND jobs.state = 'completed'

-- name: search_batch_rows
-- As sift_batch_rows, of rows in whose cells, id or text something stands. A pattern stands for its letters in either
-- case where they are ASCII; of others there are up to three spellings. The text is cut out of a result's JSON, whose
-- names are not searched.
WITH found AS MATERIALIZED (
    SELECT rows.row AS place, CASE :sort WHEN 'duration' THEN jobs.completed_at - jobs.started_at
            WHEN 'tokens' THEN jobs.prompt_tokens + jobs.completion_tokens
            WHEN 'cost' THEN CASE WHEN jobs.unpriced_calls = 0 THEN jobs.cost END
            WHEN 'attempts' THEN jobs.attempts ELSE rows.row END AS worth
    FROM (
        SELECT batch_rows.*, convert_from(cells, 'UTF8') AS text FROM batch_rows
        WHERE batch_id = :batch_id AND organization_id = :organization_id
        ORDER BY row
    ) AS rows
    LEFT JOIN (
        SELECT * FROM jobs
        WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id
        ORDER BY batch_row
    ) AS jobs ON jobs.batch_row = rows.row
    LEFT JOIN LATERAL (
        SELECT convert_from(payload, 'UTF8') AS text FROM results
        WHERE results.job_id = jobs.id AND results.generation = jobs.generation AND jobs.state = 'completed'
        LIMIT 1
    ) AS results ON true
    WHERE (:states = '' OR :states LIKE '%' || coalesce(jobs.state, CASE WHEN rows.problem IS NULL THEN 'queued' ELSE 'invalid' END) || '%')
        AND (:error_code = '' OR coalesce(jobs.error_code, CASE WHEN rows.problem IS NULL THEN '' ELSE 'invalid' END) = :error_code)
        AND coalesce(jobs.completed_at, 0) >= :from_us AND coalesce(jobs.completed_at, 0) < :to_us
        AND (
            rows.text ILIKE :pattern ESCAPE '\' OR rows.row_id ILIKE :id_pattern ESCAPE '\'
                OR substr(results.text, position('"suggestion":"' in results.text) + 14,
                    greatest(0, position('","prompts":{' in results.text) - position('"suggestion":"' in results.text) - 14)) ILIKE :pattern ESCAPE '\'
            OR (:spelled = 1 AND (rows.text ILIKE :pattern_lower ESCAPE '\' OR rows.row_id ILIKE :id_pattern_lower ESCAPE '\'
                OR substr(results.text, position('"suggestion":"' in results.text) + 14,
                    greatest(0, position('","prompts":{' in results.text) - position('"suggestion":"' in results.text) - 14)) ILIKE :pattern_lower ESCAPE '\'))
            OR (:spelled = 1 AND (rows.text ILIKE :pattern_upper ESCAPE '\' OR rows.row_id ILIKE :id_pattern_upper ESCAPE '\'
                OR substr(results.text, position('"suggestion":"' in results.text) + 14,
                    greatest(0, position('","prompts":{' in results.text) - position('"suggestion":"' in results.text) - 14)) ILIKE :pattern_upper ESCAPE '\'))
        )
)
SELECT (SELECT count(*) FROM found) AS total, page.place
FROM (SELECT 1 AS one) AS always
LEFT JOIN (
    SELECT place, worth FROM found
    ORDER BY CASE WHEN worth IS NULL THEN 1 ELSE 0 END, worth * CAST(:sign AS bigint), place * CAST(:sign AS bigint)
    LIMIT :limit OFFSET :offset
) AS page ON 1 = 1
ORDER BY CASE WHEN page.worth IS NULL THEN 1 ELSE 0 END, page.worth * CAST(:sign AS bigint), page.place * CAST(:sign AS bigint)
