-- How many jobs of an agent stand in each stretch of 16,384 sequence numbers, so that a page is found at any offset.
-- Triggers keep it: it is right whoever moves, deletes, restores or copies jobs.

CREATE TABLE job_blocks (
    organization_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    phase TEXT NOT NULL,
    block INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    PRIMARY KEY (agent_id, phase, block, slot)
) STRICT, WITHOUT ROWID;

INSERT INTO job_blocks (organization_id, agent_id, phase, block, slot, jobs)
SELECT organization_id, agent_id, phase, seq / 16384, 0, count(*) FROM jobs GROUP BY 1, 2, 3, 4;

CREATE TRIGGER job_blocks_insert AFTER INSERT ON jobs BEGIN
    INSERT INTO job_blocks (organization_id, agent_id, phase, block, slot, jobs)
    VALUES (NEW.organization_id, NEW.agent_id, NEW.phase, NEW.seq / 16384, 0, 1)
    ON CONFLICT (agent_id, phase, block, slot) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER job_blocks_update AFTER UPDATE OF state ON jobs WHEN OLD.phase <> NEW.phase BEGIN
    UPDATE job_blocks SET jobs = jobs - 1
    WHERE agent_id = OLD.agent_id AND phase = OLD.phase AND block = OLD.seq / 16384 AND slot = 0;
    INSERT INTO job_blocks (organization_id, agent_id, phase, block, slot, jobs)
    VALUES (NEW.organization_id, NEW.agent_id, NEW.phase, NEW.seq / 16384, 0, 1)
    ON CONFLICT (agent_id, phase, block, slot) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER job_blocks_delete AFTER DELETE ON jobs BEGIN
    UPDATE job_blocks SET jobs = jobs - 1
    WHERE agent_id = OLD.agent_id AND phase = OLD.phase AND block = OLD.seq / 16384 AND slot = 0;
END;
