-- How many jobs of an agent stand in each stretch of 16,384 sequence numbers, so that a page is found at any offset.
-- Triggers keep it: it is right whoever moves, deletes, restores or copies jobs.

CREATE TABLE job_blocks (
    organization_id text NOT NULL,
    agent_id text NOT NULL,
    phase text NOT NULL,
    block bigint NOT NULL,
    slot bigint NOT NULL,
    jobs bigint NOT NULL,
    PRIMARY KEY (agent_id, phase, block, slot)
);
ALTER TABLE job_blocks SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

INSERT INTO job_blocks (organization_id, agent_id, phase, block, slot, jobs)
SELECT organization_id, agent_id, phase, seq / 16384, 0, count(*) FROM jobs GROUP BY 1, 2, 3, 4;

-- Once a statement, not once a row; moves within a phase, like every claim, cancel out. In order, so that two
-- transactions never wait for each other's rows; a slot for each connection, so that they seldom wait at all.
CREATE FUNCTION count_job_blocks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO job_blocks (organization_id, agent_id, phase, block, slot, jobs)
        SELECT organization_id, agent_id, phase, seq / 16384, pg_backend_pid() % 16, count(*)
        FROM came GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4
        ON CONFLICT (agent_id, phase, block, slot) DO UPDATE SET jobs = job_blocks.jobs + excluded.jobs;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO job_blocks (organization_id, agent_id, phase, block, slot, jobs)
        SELECT organization_id, agent_id, phase, seq / 16384, pg_backend_pid() % 16, -count(*)
        FROM went GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4
        ON CONFLICT (agent_id, phase, block, slot) DO UPDATE SET jobs = job_blocks.jobs + excluded.jobs;
    ELSE
        INSERT INTO job_blocks (organization_id, agent_id, phase, block, slot, jobs)
        SELECT organization_id, agent_id, phase, block, pg_backend_pid() % 16, sum(jobs)
        FROM (
            SELECT organization_id, agent_id, phase, seq / 16384 AS block, 1 AS jobs FROM came
            UNION ALL
            SELECT organization_id, agent_id, phase, seq / 16384, -1 FROM went
        ) AS moved
        GROUP BY 1, 2, 3, 4 HAVING sum(jobs) <> 0 ORDER BY 2, 3, 4
        ON CONFLICT (agent_id, phase, block, slot) DO UPDATE SET jobs = job_blocks.jobs + excluded.jobs;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER job_blocks_insert AFTER INSERT ON jobs REFERENCING NEW TABLE AS came
FOR EACH STATEMENT EXECUTE FUNCTION count_job_blocks();
CREATE TRIGGER job_blocks_update AFTER UPDATE ON jobs REFERENCING NEW TABLE AS came OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION count_job_blocks();
CREATE TRIGGER job_blocks_delete AFTER DELETE ON jobs REFERENCING OLD TABLE AS went
FOR EACH STATEMENT EXECUTE FUNCTION count_job_blocks();

CREATE FUNCTION empty_job_blocks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM job_blocks;
    RETURN NULL;
END
$$;
CREATE TRIGGER job_blocks_truncate AFTER TRUNCATE ON jobs
FOR EACH STATEMENT EXECUTE FUNCTION empty_job_blocks();
