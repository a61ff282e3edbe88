-- name: list_open_batches
-- Batches that have not ended, with what became of their jobs so far.
-- system: the claim and the upkeep serve every organization.
SELECT batches.id, batches.organization_id, batches.agent_id, batches.state, batches.priority, batches.max_cost,
    batches.reserve, batches.trial_rows, batches.passed, batches.stop_errors, batches.rows, batches.invalid,
    batches.loaded, batches.loaded_row, batches.cancel_requested, CASE WHEN batches.retrying IS NULL THEN 0 ELSE 1 END AS is_retrying,
    CAST(coalesce(sum(counts.queued), 0) AS bigint) AS queued,
    CAST(coalesce(sum(counts.running), 0) AS bigint) AS running,
    CAST(coalesce(sum(counts.waiting), 0) AS bigint) AS waiting,
    CAST(coalesce(sum(counts.following), 0) AS bigint) AS following,
    CAST(coalesce(sum(counts.completed), 0) AS bigint) AS completed,
    CAST(coalesce(sum(counts.failed), 0) AS bigint) AS failed,
    CAST(coalesce(sum(counts.cancelled), 0) AS bigint) AS cancelled,
    CAST(coalesce(sum(counts.reused), 0) AS bigint) AS reused,
    CAST(coalesce(sum(counts.deaths), 0) AS bigint) AS deaths,
    CAST(coalesce(sum(counts.cost), 0) AS bigint) AS cost
FROM batches
LEFT JOIN batch_counts AS counts ON counts.batch_id = batches.id
WHERE batches.state IN ('loading', 'running', 'paused')
GROUP BY batches.seq, batches.id
ORDER BY batches.seq

-- name: add_batch
-- A batch begins with its upload; nobody sees it before that is whole.
INSERT INTO batches (id, organization_id, agent_id, agent_version, key_id, name, state, columns, options, priority,
    max_cost, reserve, trial_rows, stop_errors, deadline_at, created_at, updated_at)
VALUES (:batch_id, :organization_id, :agent_id, :agent_version, :key_id, :name, 'uploading', :columns, :options,
    :priority, :max_cost, 0, :trial_rows, :stop_errors, :now + :deadline_us, :now, :now)

-- name: touch_batch
-- An upload goes on.
UPDATE batches SET updated_at = :now
WHERE id = :batch_id AND organization_id = :organization_id AND state = 'uploading'
RETURNING id

-- name: open_batch
-- An upload is whole: the batch is there, if its agent is still what its rows were checked against.
UPDATE batches
SET state = 'loading', rows = :rows, invalid = :invalid, reserve = :reserve, columns = :columns, created_at = :now,
    updated_at = :now, deadline_at = :now + :deadline_us
WHERE id = :batch_id AND organization_id = :organization_id AND state = 'uploading'
    AND EXISTS (SELECT 1 FROM agents WHERE agents.id = batches.agent_id
        AND agents.organization_id = batches.organization_id AND agents.deleted_at IS NULL)
RETURNING id, created_at

-- name: find_batch
-- One batch; an upload that is not whole is none yet.
SELECT * FROM batches WHERE id = :batch_id AND organization_id = :organization_id AND state <> 'uploading'

-- name: list_batches
-- A page of an organization's batches, newest first; of one agent, or of all with an empty agent.
SELECT * FROM batches
WHERE organization_id = :organization_id AND (:agent_id = '' OR agent_id = :agent_id) AND state <> 'uploading'
ORDER BY seq DESC LIMIT :limit OFFSET :offset

-- name: sum_batch_counts
-- What became of a batch's jobs, all at one moment.
SELECT CAST(coalesce(sum(jobs), 0) AS bigint) AS jobs, CAST(coalesce(sum(queued), 0) AS bigint) AS queued,
    CAST(coalesce(sum(running), 0) AS bigint) AS running, CAST(coalesce(sum(waiting), 0) AS bigint) AS waiting,
    CAST(coalesce(sum(following), 0) AS bigint) AS following,
    CAST(coalesce(sum(completed), 0) AS bigint) AS completed, CAST(coalesce(sum(failed), 0) AS bigint) AS failed,
    CAST(coalesce(sum(cancelled), 0) AS bigint) AS cancelled, CAST(coalesce(sum(reused), 0) AS bigint) AS reused,
    CAST(coalesce(sum(deaths), 0) AS bigint) AS deaths,
    CAST(coalesce(sum(prompt_tokens), 0) AS bigint) AS prompt_tokens,
    CAST(coalesce(sum(completion_tokens), 0) AS bigint) AS completion_tokens,
    CAST(coalesce(sum(cost), 0) AS bigint) AS cost
FROM batch_counts
WHERE batch_id = :batch_id AND organization_id = :organization_id

-- name: count_batches
-- How many batches an organization has, of one agent or of all.
SELECT count(*) AS batches FROM batches
WHERE organization_id = :organization_id AND (:agent_id = '' OR agent_id = :agent_id) AND state <> 'uploading'

-- name: count_batch_errors
-- The failed rows of a batch by the code of their error.
SELECT error_code, count(*) AS rows FROM jobs
WHERE batch_id = :batch_id AND organization_id = :organization_id AND state IN ('failed', 'cancelled')
    AND batch_id <> ''
GROUP BY error_code ORDER BY 2 DESC, 1

-- name: load_batch_rows
-- The next rows of a batch become jobs. A row of the same inputs as an earlier one waits for that one's result.
WITH found AS MATERIALIZED (
    SELECT batch_rows.*, batches.agent_id, batches.agent_version, batches.key_id, batches.priority,
        batches.deadline_at, batches.cancel_requested
    FROM batch_rows
    JOIN batches ON batches.id = batch_rows.batch_id
    WHERE batch_rows.batch_id = :batch_id AND batch_rows.organization_id = :organization_id
        AND batch_rows.row > :after AND batch_rows.row <= :last AND batch_rows.problem IS NULL
), entry AS MATERIALIZED (
    SELECT found.*, nullif(coalesce(
        CASE WHEN :reuse = 1 THEN (
            SELECT earlier.id FROM jobs AS earlier
            WHERE earlier.agent_id = found.agent_id AND earlier.agent_version = found.agent_version
                AND earlier.inputs_hash = found.inputs_hash AND earlier.inputs_hash IS NOT NULL
                AND earlier.state = 'completed'
            ORDER BY earlier.seq DESC LIMIT 1
        ) END,
        CASE WHEN :dedupe = 1 THEN (
            SELECT leader.job_id FROM batch_rows AS leader
            WHERE leader.batch_id = found.batch_id AND leader.row = found.first_row AND leader.inputs = found.inputs
        ) END
    ), found.job_id) AS same_as
    FROM found
)
INSERT INTO jobs (id, organization_id, agent_id, agent_version, key_id, state, priority, max_attempts, on_worker_loss,
    run_at, deadline_at, deadline_s, created_at, updated_at, completed_at, error_code, error, events, inputs, options,
    format, batch_id, batch_row, same_as, inputs_hash, cancel_requested)
SELECT entry.job_id, entry.organization_id, entry.agent_id, entry.agent_version, entry.key_id,
    CASE WHEN entry.cancel_requested > 0 THEN 'cancelled' WHEN entry.same_as IS NOT NULL THEN 'waiting'
        ELSE 'queued' END,
    entry.priority, :max_attempts, :on_worker_loss,
    CASE WHEN entry.same_as IS NOT NULL AND entry.cancel_requested = 0 THEN :never ELSE :now END,
    entry.deadline_at, :deadline_s, :now, :now,
    CASE WHEN entry.cancel_requested > 0 THEN CAST(:now AS bigint) END,
    CASE WHEN entry.cancel_requested > 0 THEN 'cancelled' END,
    CASE WHEN entry.cancel_requested > 0 THEN 'cancelled on request' END,
    CASE WHEN entry.cancel_requested > 0 THEN 2 ELSE 1 END, entry.inputs, :options, 2, entry.batch_id, entry.row,
    entry.same_as,
    CASE WHEN entry.same_as IS NULL THEN entry.inputs_hash END,
    CASE WHEN entry.cancel_requested = 0 THEN 0 ELSE 1 END
FROM entry
ORDER BY entry.row
RETURNING id, organization_id, agent_id, state, batch_row, same_as

-- name: note_loaded
-- How far a batch's rows have become jobs; it runs as soon as the last one has.
UPDATE batches
SET loaded = loaded + :loaded, loaded_row = :last, updated_at = :now,
    started_at = coalesce(started_at, :now),
    state = CASE WHEN state = 'loading' AND :is_last = 1 THEN 'running' ELSE state END
WHERE id = :batch_id AND organization_id = :organization_id

-- name: pause_batch
-- Nothing more of a batch is started; `code` says who or what wanted that.
UPDATE batches SET state = 'paused', pause_code = :code, pause_reason = :reason, updated_at = :now
WHERE id = :batch_id AND organization_id = :organization_id AND state IN ('loading', 'running')
    AND cancel_requested = 0
RETURNING id

-- name: resume_batch
-- A paused batch goes on; whoever resumes one after its trial has looked at it.
UPDATE batches
SET state = CASE WHEN loaded + invalid < rows THEN 'loading' ELSE 'running' END, pause_code = NULL,
    pause_reason = NULL, passed = CASE WHEN pause_code IN ('trial', 'errors') THEN 1 ELSE passed END,
    stop_errors = CASE WHEN pause_code = 'errors' THEN NULL ELSE stop_errors END, updated_at = :now
WHERE id = :batch_id AND organization_id = :organization_id AND state = 'paused'
RETURNING id

-- name: pass_trial
-- The first rows of a batch went well: the others may run.
UPDATE batches SET passed = 1, updated_at = :now WHERE id = :batch_id AND organization_id = :organization_id

-- name: request_batch_cancel
-- Nothing more of a batch is started, ever; `cut` ends what runs as well.
UPDATE batches SET cancel_requested = CASE WHEN :cut = 1 OR cancel_requested = 2 THEN 2 ELSE 1 END, updated_at = :now
WHERE id = :batch_id AND organization_id = :organization_id AND state IN ('loading', 'running', 'paused')
RETURNING id

-- name: change_batch
-- A cap, a priority or a name that was changed.
UPDATE batches SET max_cost = :max_cost, name = :name, updated_at = :now
WHERE id = :batch_id AND organization_id = :organization_id
RETURNING id

-- name: cancel_queued_rows
-- Some rows of a batch that are queued are cancelled.
UPDATE jobs
SET state = 'cancelled', error_code = 'cancelled', error = :error, completed_at = :now, updated_at = :now,
    cancel_requested = 1, events = events + 1
WHERE seq IN (
    SELECT seq FROM jobs
    WHERE agent_id = :agent_id AND batch_id = :batch_id AND organization_id = :organization_id
        AND state = 'queued'
    ORDER BY priority, seq LIMIT CAST(:limit AS bigint)
) AND state = 'queued'
RETURNING id, organization_id, agent_id, generation, attempts, state, events

-- name: cancel_waiting_rows
-- Some rows of a batch that wait are cancelled.
UPDATE jobs
SET state = 'cancelled', error_code = 'cancelled', error = :error, completed_at = :now, updated_at = :now,
    cancel_requested = 1, events = events + 1
WHERE seq IN (
    SELECT seq FROM jobs
    WHERE agent_id = :agent_id AND batch_id = :batch_id AND organization_id = :organization_id
        AND state = 'waiting'
    LIMIT CAST(:limit AS bigint)
) AND state = 'waiting'
RETURNING id, organization_id, agent_id, generation, attempts, state, events

-- name: request_cancel_of_batch
-- The running jobs of a batch are asked to stop; found among all that run, as a batch may have a million rows.
UPDATE jobs SET cancel_requested = 1, updated_at = :now, events = events + 1
WHERE state = 'running' AND batch_id || '' = :batch_id AND organization_id || '' = :organization_id
    AND cancel_requested = 0
RETURNING id, organization_id, agent_id, generation, attempts, events

-- name: request_batch_retry
-- Failed rows of a batch are to be run again; a batch that had ended is open again.
UPDATE batches
SET retrying = :retrying, cancel_requested = 0, completed_at = NULL, updated_at = :now,
    state = CASE WHEN state IN ('completed', 'completed_with_errors', 'cancelled') THEN 'running' ELSE state END
WHERE id = :batch_id AND organization_id = :organization_id AND state <> 'uploading' AND retrying IS NULL
RETURNING id

-- name: list_failed_rows
-- The next failed rows of a batch, as they stood at a moment; of one error, or of all with an empty code.
SELECT seq, id, batch_row, state, error_code, inputs, same_as FROM jobs
WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id
    AND state IN ('failed', 'cancelled') AND (:error_code = '' OR error_code = :error_code)
    AND batch_row > :after AND completed_at <= :before
ORDER BY batch_row LIMIT :limit

-- name: list_row_ids
-- The ids that its sender gave to the next rows of a batch.
SELECT row, row_id FROM batch_rows
WHERE batch_id = :batch_id AND organization_id = :organization_id AND row > :after
ORDER BY row LIMIT :limit

-- name: find_correctable_rows
-- A row of a batch as it stands, failed or not.
SELECT rows.row, rows.row_id, rows.cells, rows.problem, jobs.id AS job_id, jobs.state
FROM batch_rows AS rows
LEFT JOIN jobs ON jobs.batch_id = rows.batch_id AND jobs.batch_row = rows.row AND jobs.batch_id <> ''
WHERE rows.batch_id = :batch_id AND rows.organization_id = :organization_id AND rows.row = :row

-- name: correct_batch_rows
-- A row is as it was sent again; what was uploaded before is no more.
UPDATE batch_rows
SET row_id = :row_id, job_id = :job_id, cells = :cells, inputs = :inputs, inputs_hash = :inputs_hash,
    first_row = NULL, problem = NULL
WHERE batch_id = :batch_id AND organization_id = :organization_id AND row = :row

-- name: find_same_inputs
-- A job of the same inputs, of the batch or, where that is wanted, a completed one of any, whose result may be taken over.
SELECT CAST(:job_id AS text) AS job_id, id AS same_as FROM jobs
WHERE agent_id = :agent_id AND agent_version = :agent_version AND inputs_hash = :inputs_hash
    AND inputs_hash IS NOT NULL AND organization_id = :organization_id AND inputs = :inputs
    AND ((:dedupe = 1 AND batch_id = :batch_id AND state NOT IN ('failed', 'cancelled'))
        OR (:reuse = 1 AND state = 'completed'))
ORDER BY seq LIMIT 1

-- name: note_corrected
-- Rows of a batch were sent again, some of which had no jobs before; one that had ended is open again.
UPDATE batches
SET invalid = invalid - :added, loaded = loaded + :added, reserve = :reserve, cancel_requested = 0,
    completed_at = NULL, updated_at = :now,
    state = CASE WHEN state IN ('completed', 'completed_with_errors', 'cancelled') THEN 'running' ELSE state END
WHERE id = :batch_id AND organization_id = :organization_id

-- name: note_batch_retry
-- How far a retry of a batch has come, or that it is done.
UPDATE batches SET retrying = :retrying, updated_at = :now
WHERE id = :batch_id AND organization_id = :organization_id

-- name: reopen_batch
-- One row of a batch that had ended was retried by itself.
UPDATE batches SET state = 'running', completed_at = NULL, cancel_requested = 0, updated_at = :now
WHERE id = :batch_id AND organization_id = :organization_id
    AND state IN ('completed', 'completed_with_errors', 'cancelled')

-- name: end_batch
-- Every row has come to its end.
UPDATE batches SET state = :state, completed_at = :now, updated_at = :now, pause_code = NULL, pause_reason = NULL
WHERE id = :batch_id AND organization_id = :organization_id AND state IN ('loading', 'running', 'paused')
RETURNING id, completed_at

-- name: list_batch_results
-- A page of a batch's rows in the order of the file, with what became of each.
SELECT rows.row, rows.row_id, rows.cells, rows.problem, rows.job_id, jobs.state, jobs.agent_version, jobs.attempts,
    jobs.generation, jobs.error_code, jobs.error, jobs.prompt_tokens, jobs.completion_tokens,
    CASE WHEN jobs.unpriced_calls = 0 THEN jobs.cost END AS cost, jobs.same_as,
    jobs.started_at, jobs.completed_at, results.payload AS result
FROM batch_rows AS rows
LEFT JOIN jobs ON jobs.batch_id = rows.batch_id AND jobs.batch_row = rows.row AND jobs.batch_id <> ''
LEFT JOIN results ON results.job_id = jobs.id AND results.generation = jobs.generation AND jobs.state = 'completed'
WHERE rows.batch_id = :batch_id AND rows.organization_id = :organization_id AND rows.row > :after
ORDER BY rows.row LIMIT :limit

-- name: list_stale_uploads
-- Uploads that broke off, and nobody goes on with.
-- system: upkeep.
SELECT organization_id, id FROM batches WHERE state = 'uploading' AND updated_at < :now - :silent_us LIMIT :limit

-- name: discard_batch_rows
-- Some rows of a batch that is not to be.
DELETE FROM batch_rows
WHERE batch_id = :batch_id AND organization_id = :organization_id AND row <= (
    SELECT coalesce(max(row), 0) FROM (
        SELECT row FROM batch_rows WHERE batch_id = :batch_id ORDER BY row LIMIT :limit
    ) AS first
)
RETURNING row

-- name: discard_batch
-- A batch whose rows are gone.
DELETE FROM batches WHERE id = :batch_id AND organization_id = :organization_id
RETURNING id

-- name: has_finished_leaders
-- Whether jobs ended while others wait to take over their results.
-- system: upkeep.
SELECT 1 AS found FROM finished_leaders LIMIT 1

-- name: forget_finished_leader
-- Nobody waits for its result any more.
DELETE FROM finished_leaders WHERE job_id = :job_id AND organization_id = :organization_id

-- name: end_followers
-- Some jobs that waited for another's result end as it did; found by whom they wait for, here and below: not among all
-- that wait in their organization, nor on a walk through all jobs in order, which PostgreSQL would rather do than sort.
UPDATE jobs
SET state = :state, error_code = :error_code, error = :error, completed_at = :now, updated_at = :now, run_at = :now,
    started_at = :now, events = events + 1
WHERE seq IN (
    SELECT seq FROM jobs
    WHERE same_as = :job_id AND same_as IS NOT NULL AND state = 'waiting' AND organization_id || '' = :organization_id
    ORDER BY seq + 0 LIMIT :limit
) AND state = 'waiting'
RETURNING id, organization_id, agent_id, generation, attempts, state, events

-- name: find_first_follower
-- The job that is asked in place of one that was cancelled or is gone.
SELECT id FROM jobs
WHERE same_as = :job_id AND same_as IS NOT NULL AND state = 'waiting' AND organization_id || '' = :organization_id
ORDER BY seq + 0 LIMIT 1

-- name: lead
-- A job runs by itself, and others may take over its result.
UPDATE jobs SET same_as = NULL, followed = 1, state = 'queued', run_at = :now, updated_at = :now
WHERE id = :job_id AND organization_id = :organization_id AND state = 'waiting'
RETURNING organization_id, agent_id

-- name: follow_instead
-- Those that waited for one job wait for another.
UPDATE jobs SET same_as = :leader_id
WHERE same_as = :job_id AND same_as IS NOT NULL AND state = 'waiting' AND organization_id || '' = :organization_id
    AND id <> :leader_id

-- name: forget_batch_jobs
-- Some jobs of a batch that ended and is to be deleted.
DELETE FROM jobs
WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id AND seq IN (
    SELECT seq FROM jobs WHERE batch_id = :batch_id AND batch_id <> '' ORDER BY batch_row LIMIT :limit
)
RETURNING id, organization_id, agent_id, state

-- name: forget_batch_counts
-- The counters of a batch that is deleted.
DELETE FROM batch_counts WHERE batch_id = :batch_id AND organization_id = :organization_id

-- name: find_batch_row
-- Whether a row of an upload is stored.
SELECT row FROM batch_rows WHERE batch_id = :batch_id AND organization_id = :organization_id AND row = :row

-- name: find_now
-- The store's own time.
SELECT CAST(:now AS bigint) AS now

-- name: record_batch_outbox
-- Something about a batch that must be told to others, in the transaction that made it true.
INSERT INTO outbox (id, organization_id, job_id, batch_id, event, payload, created_at)
VALUES (:id, :organization_id, '', :batch_id, :event, :payload, :now)

-- name: find_queued_row
-- The row of a batch that is next.
SELECT * FROM jobs
WHERE agent_id = :agent_id AND batch_id = :batch_id AND organization_id = :organization_id AND state = 'queued'
ORDER BY priority, seq LIMIT 1

-- name: list_old_batches
-- Batches that ended long enough ago.
-- system: retention.
SELECT organization_id, id FROM batches
WHERE state IN ('completed', 'completed_with_errors', 'cancelled') AND completed_at < :now - :keep_us
ORDER BY seq LIMIT :limit

-- name: list_batches_by_models
-- Batches that run, or are paused until there is quota again, with the models their agents ask.
-- system: upkeep.
SELECT batches.id, batches.organization_id, batches.state, agents.models
FROM batches JOIN agents ON agents.id = batches.agent_id
WHERE batches.cancel_requested = 0
    AND (batches.state IN ('loading', 'running') OR (batches.state = 'paused' AND batches.pause_code = 'quota'))

-- name: wake_rows_without_quota
-- Rows that wait for money need not wait any more.
UPDATE jobs SET run_at = :now, updated_at = :now
WHERE organization_id = :organization_id AND batch_id = :batch_id AND batch_id <> '' AND state = 'waiting'
    AND error_code = 'model_quota_exhausted'

-- name: sample_batch_costs
-- What the first rows of a batch cost that were asked and are done, and how long they took, on the mean.
SELECT count(*) AS rows, count(cost) AS priced, avg(CAST(cost AS double precision)) AS mean,
    avg(CAST(cost AS double precision) * CAST(cost AS double precision)) AS mean_square,
    avg(CAST(completed_at - started_at AS double precision)) AS took_us
FROM (
    SELECT cost, started_at, completed_at FROM jobs
    WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id AND state = 'completed'
        AND same_as IS NULL
    ORDER BY batch_row LIMIT :limit
) AS first_rows

-- name: sift_batch_rows
-- How many rows of a batch are wanted, and the places of those of one page; rows without a job too: those that are not
-- valid (:invalid), and those that are no job yet (:unloaded). What has no value to sort by comes last. The jobs are put in
-- order first, here and below, so that PostgreSQL walks their index: it takes reading all jobs there are for no dearer.
WITH found AS MATERIALIZED (
    SELECT batch_row AS place, CASE :sort WHEN 'duration' THEN completed_at - started_at
            WHEN 'tokens' THEN prompt_tokens + completion_tokens
            WHEN 'cost' THEN CASE WHEN unpriced_calls = 0 THEN cost END
            WHEN 'attempts' THEN attempts ELSE batch_row END AS worth
    FROM (
        SELECT * FROM jobs
        WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id
        ORDER BY batch_row
    ) AS jobs
    WHERE (:states = '' OR :states LIKE '%' || state || '%') AND (:error_code = '' OR error_code = :error_code)
        AND coalesce(completed_at, 0) >= :from_us AND coalesce(completed_at, 0) < :to_us
    UNION ALL
    SELECT row, CASE :sort WHEN 'row' THEN row END FROM batch_rows
    WHERE :invalid = 1 AND batch_id = :batch_id AND organization_id = :organization_id AND problem IS NOT NULL
    UNION ALL
    SELECT row, CASE :sort WHEN 'row' THEN row END FROM batch_rows
    WHERE :unloaded = 1 AND batch_id = :batch_id AND organization_id = :organization_id AND row > :loaded_row
        AND problem IS NULL
)
SELECT (SELECT count(*) FROM found) AS total, page.place
FROM (SELECT 1 AS one) AS always
LEFT JOIN (
    SELECT place, worth FROM found
    ORDER BY CASE WHEN worth IS NULL THEN 1 ELSE 0 END, worth * CAST(:sign AS bigint), place * CAST(:sign AS bigint)
    LIMIT :limit OFFSET :offset
) AS page ON 1 = 1
ORDER BY CASE WHEN page.worth IS NULL THEN 1 ELSE 0 END, page.worth * CAST(:sign AS bigint), page.place * CAST(:sign AS bigint)

-- name: read_batch_series
-- When the jobs of a batch ended, in steps of time: how many, what they took, and how long those took that were asked,
-- on a scale on which each bucket is a tenth longer than the one before.
SELECT (completed_at - CAST(:begin AS bigint)) / CAST(:step AS bigint) AS point, state, coalesce(error_code, '') AS error_code,
    CASE WHEN state = 'completed' AND same_as IS NULL AND completed_at >= started_at
        THEN CAST(floor(10 * ln(1 + CAST(completed_at - started_at AS double precision) / 1000)) AS bigint) END AS bucket,
    count(*) AS jobs, CAST(sum(prompt_tokens + completion_tokens) AS bigint) AS tokens,
    CAST(sum(coalesce(cost, 0)) AS bigint) AS cost
FROM (
    SELECT * FROM jobs WHERE batch_id = :batch_id AND batch_id <> '' AND organization_id = :organization_id
    ORDER BY batch_row
) AS jobs
WHERE completed_at >= CAST(:begin AS bigint)
GROUP BY 1, 2, 3, 4
