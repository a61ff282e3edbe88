-- What calls cost, and what providers allow. Money is nano-dollars; prices are nano-dollars for a million tokens.

ALTER TABLE models ADD COLUMN input_price INTEGER;
ALTER TABLE models ADD COLUMN output_price INTEGER;
ALTER TABLE models ADD COLUMN cached_input_price INTEGER;
-- Models with the same account share its limits.
ALTER TABLE models ADD COLUMN account TEXT;
ALTER TABLE models ADD COLUMN rpm INTEGER;
ALTER TABLE models ADD COLUMN tpm INTEGER;

-- Calls of whose cost nothing is known.
ALTER TABLE jobs ADD COLUMN cached_prompt_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN unpriced_calls INTEGER NOT NULL DEFAULT 0;
-- Calls that asked again because an answer did not fit its schema, and their part of the cost.
ALTER TABLE jobs ADD COLUMN reasks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN reask_cost INTEGER NOT NULL DEFAULT 0;

CREATE TABLE daily_usage (
    organization_id TEXT NOT NULL,
    day INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model TEXT NOT NULL,
    slot INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    unpriced_calls INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cached_prompt_tokens INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    reasks INTEGER NOT NULL,
    reask_cost INTEGER NOT NULL,
    PRIMARY KEY (organization_id, day, agent_id, batch_id, key_id, model, slot)
) STRICT;

-- How a provider's account stands: times in microseconds since the epoch, 0 for none.
CREATE TABLE model_accounts (
    organization_id TEXT NOT NULL,
    account TEXT NOT NULL,
    paused_until INTEGER NOT NULL,
    pause_reason TEXT NOT NULL,
    slowed_at INTEGER NOT NULL,
    slowed_to INTEGER,
    quota_until INTEGER NOT NULL,
    quota_failures INTEGER NOT NULL,
    quota_reason TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, account)
) STRICT;

-- Calls and tokens that were permitted, by the second.
CREATE TABLE model_windows (
    organization_id TEXT NOT NULL,
    account TEXT NOT NULL,
    second INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (organization_id, account, second)
) STRICT;

-- Calls under way that were permitted.
CREATE TABLE model_permits (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    account TEXT NOT NULL,
    worker_id TEXT,
    second INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX model_permits_by_account ON model_permits (organization_id, account);

-- Which model gave the answer of a step that is kept.
ALTER TABLE checkpoints ADD COLUMN model TEXT NOT NULL DEFAULT '';
