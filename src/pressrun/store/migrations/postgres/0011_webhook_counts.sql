-- How often webhooks were told something or not, and since when the oldest message waits.

CREATE TABLE webhook_counts (
    organization_id text NOT NULL,
    outcome text NOT NULL,
    slot bigint NOT NULL,
    deliveries bigint NOT NULL,
    PRIMARY KEY (organization_id, outcome, slot)
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (created_at) WHERE state = 'pending';

-- Rows that wait for another's result were counted when they became jobs, and never counted out again.
LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE;

CREATE OR REPLACE FUNCTION count_batches() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved text := 'SELECT 1 AS sign, * FROM came';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM came WHERE batch_id <> '') THEN RETURN NULL; END IF;
    ELSE
        IF NOT EXISTS (SELECT 1 FROM went WHERE batch_id <> '' OR followed = 1) THEN RETURN NULL; END IF;
        moved := CASE WHEN TG_OP = 'DELETE' THEN '' ELSE moved || ' UNION ALL ' END
            || 'SELECT -1 AS sign, * FROM went';
    END IF;
    EXECUTE 'INSERT INTO batch_counts AS old (organization_id, batch_id, slot, jobs, queued, running, waiting,
            following, completed, failed, cancelled, reused, deaths, prompt_tokens, completion_tokens, cost)
        SELECT organization_id, batch_id, pg_backend_pid() % 16, sum(sign),
            coalesce(sum(sign) FILTER (WHERE state = ''queued''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''running''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''waiting''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''waiting'' AND same_as IS NOT NULL), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''completed''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''failed''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''cancelled''), 0),
            coalesce(sum(sign) FILTER (WHERE state = ''completed'' AND same_as IS NOT NULL), 0),
            sum(sign * deaths), sum(sign * prompt_tokens), sum(sign * completion_tokens),
            sum(sign * coalesce(cost, 0))
        FROM (' || moved || ') AS moved WHERE batch_id <> '''' GROUP BY organization_id, batch_id ORDER BY batch_id
        ON CONFLICT (batch_id, slot) DO UPDATE SET jobs = old.jobs + excluded.jobs,
            queued = old.queued + excluded.queued, running = old.running + excluded.running,
            waiting = old.waiting + excluded.waiting,
            following = old.following + excluded.following, completed = old.completed + excluded.completed,
            failed = old.failed + excluded.failed, cancelled = old.cancelled + excluded.cancelled,
            reused = old.reused + excluded.reused, deaths = old.deaths + excluded.deaths,
            prompt_tokens = old.prompt_tokens + excluded.prompt_tokens,
            completion_tokens = old.completion_tokens + excluded.completion_tokens, cost = old.cost + excluded.cost';
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO finished_leaders (organization_id, job_id)
        SELECT came.organization_id, came.id FROM came JOIN went ON went.seq = came.seq
        WHERE came.followed = 1 AND came.state IN ('completed', 'failed', 'cancelled') AND went.state <> came.state
        ORDER BY came.id
        ON CONFLICT (job_id) DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

UPDATE batch_counts SET following = 0;
UPDATE batch_counts SET following = counted.following
FROM (
    SELECT jobs.batch_id, count(*) AS following, (
        SELECT min(slot) FROM batch_counts AS slots WHERE slots.batch_id = jobs.batch_id
    ) AS slot
    FROM jobs WHERE jobs.same_as IS NOT NULL AND jobs.state = 'waiting' AND jobs.batch_id <> '' GROUP BY jobs.batch_id
) AS counted
WHERE batch_counts.batch_id = counted.batch_id AND batch_counts.slot = counted.slot;
