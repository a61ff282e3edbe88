-- What lists of all jobs and the overview read, so that neither counts or searches jobs.

CREATE INDEX jobs_by_state ON jobs (organization_id, state, seq);
CREATE INDEX jobs_single ON jobs (organization_id, seq) WHERE batch_id = '';
CREATE INDEX jobs_failed ON jobs (organization_id, error_code, seq) WHERE state IN ('failed', 'cancelled');

-- When a draft was saved, and by which key or person; `updated_at` tells of deployments too.
ALTER TABLE agents ADD COLUMN draft_saved_at bigint NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN draft_saved_by text NOT NULL DEFAULT '';
UPDATE agents SET draft_saved_at = updated_at;

-- Jobs that ended, by the hour; kept by a trigger, whoever ends them. One that is retried ends once more.
CREATE TABLE ended_counts (
    organization_id text NOT NULL,
    hour bigint NOT NULL,
    agent_id text NOT NULL,
    slot bigint NOT NULL,
    completed bigint NOT NULL,
    failed bigint NOT NULL,
    cancelled bigint NOT NULL,
    PRIMARY KEY (organization_id, hour, agent_id, slot)
);
ALTER TABLE ended_counts SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- As count_job_blocks: once a statement, in order, in a slot for each connection. What had ended before cancels out.
CREATE FUNCTION count_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM came WHERE phase <> 'open') THEN RETURN NULL; END IF;
    INSERT INTO ended_counts (organization_id, hour, agent_id, slot, completed, failed, cancelled)
    SELECT organization_id, hour, agent_id, pg_backend_pid() % 16,
        coalesce(sum(jobs) FILTER (WHERE state = 'completed'), 0),
        coalesce(sum(jobs) FILTER (WHERE state = 'failed'), 0),
        coalesce(sum(jobs) FILTER (WHERE state = 'cancelled'), 0)
    FROM (
        SELECT organization_id, coalesce(completed_at, updated_at) / 3600000000 AS hour, agent_id, state, sum(sign) AS jobs
        FROM (
            SELECT 1 AS sign, * FROM came WHERE phase <> 'open'
            UNION ALL
            SELECT -1, * FROM went WHERE phase <> 'open'
        ) AS moved
        GROUP BY 1, 2, 3, 4 HAVING sum(sign) > 0
    ) AS ended
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (organization_id, hour, agent_id, slot) DO UPDATE SET completed = ended_counts.completed + excluded.completed,
        failed = ended_counts.failed + excluded.failed, cancelled = ended_counts.cancelled + excluded.cancelled;
    RETURN NULL;
END
$$;
CREATE TRIGGER ended_counts_update AFTER UPDATE ON jobs REFERENCING NEW TABLE AS came OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION count_ended();
