-- name: scratch_agent
-- x
INSERT INTO agents (id, organization_id, alias, name, draft, draft_digest, deployed_version, last_version, concurrency, models, created_at, updated_at)
VALUES (:agent_id, :organization_id, NULL, :agent_id, :draft, '', 1, 1, :concurrency, :models, :now, :now)
