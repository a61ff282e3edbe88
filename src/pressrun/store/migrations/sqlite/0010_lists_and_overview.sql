-- What lists of all jobs and the overview read, so that neither counts or searches jobs.

CREATE INDEX jobs_by_state ON jobs (organization_id, state, seq);
CREATE INDEX jobs_single ON jobs (organization_id, seq) WHERE batch_id = '';
CREATE INDEX jobs_failed ON jobs (organization_id, error_code, seq) WHERE state IN ('failed', 'cancelled');

-- When a draft was saved, and by which key or person; `updated_at` tells of deployments too.
ALTER TABLE agents ADD COLUMN draft_saved_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN draft_saved_by TEXT NOT NULL DEFAULT '';
UPDATE agents SET draft_saved_at = updated_at;

-- Jobs that ended, by the hour; kept by a trigger, whoever ends them. One that is retried ends once more.
CREATE TABLE ended_counts (
    organization_id TEXT NOT NULL,
    hour INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    PRIMARY KEY (organization_id, hour, agent_id, slot)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ended_counts_update AFTER UPDATE OF state ON jobs
WHEN NEW.phase <> 'open' AND OLD.phase = 'open' BEGIN
    INSERT INTO ended_counts (organization_id, hour, agent_id, slot, completed, failed, cancelled)
    VALUES (NEW.organization_id, coalesce(NEW.completed_at, NEW.updated_at) / 3600000000, NEW.agent_id, 0,
        NEW.state = 'completed', NEW.state = 'failed', NEW.state = 'cancelled')
    ON CONFLICT (organization_id, hour, agent_id, slot) DO UPDATE SET completed = completed + excluded.completed,
        failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled;
END;
