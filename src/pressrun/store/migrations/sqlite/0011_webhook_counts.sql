-- How often webhooks were told something or not, and since when the oldest message waits.

CREATE TABLE webhook_counts (
    organization_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    slot INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (organization_id, outcome, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (created_at) WHERE state = 'pending';
