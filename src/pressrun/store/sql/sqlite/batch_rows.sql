-- name: find_batch_row_lines
-- Rows of a batch by their numbers, with what became of each; `short`: no cells, and of results only how they begin.
SELECT rows.row, rows.row_id, CASE WHEN :short = 0 THEN rows.cells END AS cells, substr(rows.inputs, 1, 4096) AS inputs,
    rows.problem, rows.job_id, jobs.state, jobs.agent_version, jobs.attempts, jobs.error_code, jobs.error,
    jobs.prompt_tokens, jobs.completion_tokens, CASE WHEN jobs.unpriced_calls = 0 THEN jobs.cost END AS cost,
    jobs.same_as, jobs.started_at, jobs.completed_at,
    CASE WHEN :short = 0 THEN results.payload ELSE substr(results.payload, 1, 4096) END AS result
FROM batch_rows AS rows
LEFT JOIN jobs ON jobs.batch_id = rows.batch_id AND jobs.batch_row = rows.row AND jobs.batch_id <> ''
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation AND jobs.state = 'completed'
WHERE rows.batch_id = :batch_id AND rows.organization_id = :organization_id AND rows.row = :row

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
        SELECT batch_rows.*, CAST(cells AS text) AS text FROM batch_rows
        WHERE batch_id = :batch_id AND organization_id = :organization_id
    ) AS rows
    LEFT JOIN jobs ON jobs.batch_id = rows.batch_id AND jobs.batch_row = rows.row AND jobs.batch_id <> ''
    LEFT JOIN (
        SELECT job_id, generation, CAST(payload AS text) AS text FROM results
    ) AS results ON results.job_id = jobs.id AND results.generation = jobs.generation AND jobs.state = 'completed'
    WHERE (:states = '' OR :states LIKE '%' || coalesce(jobs.state, CASE WHEN rows.problem IS NULL THEN 'queued' ELSE 'invalid' END) || '%')
        AND (:error_code = '' OR coalesce(jobs.error_code, CASE WHEN rows.problem IS NULL THEN '' ELSE 'invalid' END) = :error_code)
        AND coalesce(jobs.completed_at, 0) >= :from_us AND coalesce(jobs.completed_at, 0) < :to_us
        AND (
            rows.text LIKE :pattern ESCAPE '\' OR rows.row_id LIKE :id_pattern ESCAPE '\'
                OR substr(results.text, instr(results.text, '"suggestion":"') + 14,
                    max(0, instr(results.text, '","prompts":{') - instr(results.text, '"suggestion":"') - 14)) LIKE :pattern ESCAPE '\'
            OR (:spelled = 1 AND (rows.text LIKE :pattern_lower ESCAPE '\' OR rows.row_id LIKE :id_pattern_lower ESCAPE '\'
                OR substr(results.text, instr(results.text, '"suggestion":"') + 14,
                    max(0, instr(results.text, '","prompts":{') - instr(results.text, '"suggestion":"') - 14)) LIKE :pattern_lower ESCAPE '\'))
            OR (:spelled = 1 AND (rows.text LIKE :pattern_upper ESCAPE '\' OR rows.row_id LIKE :id_pattern_upper ESCAPE '\'
                OR substr(results.text, instr(results.text, '"suggestion":"') + 14,
                    max(0, instr(results.text, '","prompts":{') - instr(results.text, '"suggestion":"') - 14)) LIKE :pattern_upper ESCAPE '\'))
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
