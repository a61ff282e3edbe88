-- What calls cost, and what providers allow. Money is nano-dollars; prices are nano-dollars for a million tokens.

ALTER TABLE models ADD COLUMN input_price bigint;
ALTER TABLE models ADD COLUMN output_price bigint;
ALTER TABLE models ADD COLUMN cached_input_price bigint;
-- Models with the same account share its limits.
ALTER TABLE models ADD COLUMN account text;
ALTER TABLE models ADD COLUMN rpm bigint;
ALTER TABLE models ADD COLUMN tpm bigint;

-- Calls of whose cost nothing is known.
ALTER TABLE jobs ADD COLUMN cached_prompt_tokens bigint NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN unpriced_calls bigint NOT NULL DEFAULT 0;
-- Calls that asked again because an answer did not fit its schema, and their part of the cost.
ALTER TABLE jobs ADD COLUMN reasks bigint NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN reask_cost bigint NOT NULL DEFAULT 0;

CREATE TABLE daily_usage (
    organization_id text NOT NULL,
    day bigint NOT NULL,
    agent_id text NOT NULL,
    batch_id text NOT NULL,
    key_id text NOT NULL,
    model text NOT NULL,
    slot bigint NOT NULL,
    calls bigint NOT NULL,
    unpriced_calls bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    cached_prompt_tokens bigint NOT NULL,
    cost bigint NOT NULL,
    reasks bigint NOT NULL,
    reask_cost bigint NOT NULL,
    PRIMARY KEY (organization_id, day, agent_id, batch_id, key_id, model, slot)
);

-- How a provider's account stands: times in microseconds since the epoch, 0 for none.
CREATE TABLE model_accounts (
    organization_id text NOT NULL,
    account text NOT NULL,
    paused_until bigint NOT NULL,
    pause_reason text NOT NULL,
    slowed_at bigint NOT NULL,
    slowed_to bigint,
    quota_until bigint NOT NULL,
    quota_failures bigint NOT NULL,
    quota_reason text NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (organization_id, account)
);

-- Calls and tokens that were permitted, by the second.
CREATE TABLE model_windows (
    organization_id text NOT NULL,
    account text NOT NULL,
    second bigint NOT NULL,
    requests bigint NOT NULL,
    tokens bigint NOT NULL,
    PRIMARY KEY (organization_id, account, second)
);

-- Calls under way that were permitted.
CREATE TABLE model_permits (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    account text NOT NULL,
    worker_id text,
    second bigint NOT NULL,
    tokens bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX model_permits_by_account ON model_permits (organization_id, account);

-- Which model gave the answer of a step that is kept.
ALTER TABLE checkpoints ADD COLUMN model text NOT NULL DEFAULT '';

ALTER TABLE daily_usage SET (fillfactor = 50);
ALTER TABLE model_accounts SET (fillfactor = 50);
ALTER TABLE model_windows SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE model_permits SET (autovacuum_vacuum_scale_factor = 0.05);
