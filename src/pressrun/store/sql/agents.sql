-- name: add_agent
-- A new agent as a draft; no row when its id or alias is taken.
INSERT INTO agents (id, organization_id, alias, name, draft, draft_digest, draft_saved_by, draft_saved_at, created_at,
    updated_at)
VALUES (:agent_id, :organization_id, :alias, :name, :draft, :draft_digest, :saved_by, :now, :now, :now)
ON CONFLICT DO NOTHING
RETURNING *

-- name: find_agent
-- An agent by its id or its alias.
SELECT * FROM agents
WHERE organization_id = :organization_id AND deleted_at IS NULL AND (id = :reference OR alias = :reference)

-- name: find_agent_by_alias
-- Who holds an alias.
SELECT id, name FROM agents WHERE organization_id = :organization_id AND alias = :alias AND deleted_at IS NULL

-- name: change_draft
-- A new draft in place of the one that was seen; no row when somebody else has changed it meanwhile.
UPDATE agents SET alias = :alias, name = :name, draft = :draft, draft_digest = :draft_digest,
    draft_saved_by = :saved_by, draft_saved_at = :now, updated_at = :now
WHERE organization_id = :organization_id AND id = :agent_id AND deleted_at IS NULL AND draft_digest = :seen_digest
RETURNING *

-- name: find_draft_saver
-- The name of the key, or of the person, that saved an agent's draft.
SELECT coalesce(keys.name, people.name) AS name FROM agents
LEFT JOIN keys ON keys.id = agents.draft_saved_by AND keys.organization_id = agents.organization_id
LEFT JOIN people ON people.id = agents.draft_saved_by AND people.organization_id = agents.organization_id
WHERE agents.id = :agent_id AND agents.organization_id = :organization_id

-- name: delete_agent
-- Nobody can run the agent any more and its alias is free; its versions stay for the jobs pinned to them, which
-- finish or, with cancel_jobs, are cancelled.
UPDATE agents SET deleted_at = :now, updated_at = :now, cancel_jobs = :cancel_jobs
WHERE organization_id = :organization_id AND id = :agent_id AND deleted_at IS NULL
RETURNING *

-- name: deploy_agent
-- The draft that was seen becomes the next version; no row when draft or versions have changed meanwhile.
UPDATE agents SET last_version = last_version + 1, deployed_version = last_version + 1, concurrency = :concurrency,
    models = :models, last_deployed_at = :now, updated_at = :now
WHERE organization_id = :organization_id AND id = :agent_id AND deleted_at IS NULL
    AND draft_digest = :draft_digest AND last_version = :last_version
RETURNING *

-- name: deploy_version
-- An existing version becomes the deployed one.
UPDATE agents SET deployed_version = :version, concurrency = :concurrency, models = :models,
    last_deployed_at = :now, updated_at = :now
WHERE organization_id = :organization_id AND id = :agent_id AND deleted_at IS NULL
RETURNING *

-- name: add_agent_version
-- A version, never changed afterwards.
INSERT INTO agent_versions (organization_id, agent_id, version, definition, digest, note, created_at, created_by)
VALUES (:organization_id, :agent_id, :version, :definition, :digest, :note, :now, :created_by)
RETURNING organization_id, agent_id, version, digest, note, created_at, created_by

-- name: find_agent_version
-- One version with its definition.
SELECT * FROM agent_versions
WHERE organization_id = :organization_id AND agent_id = :agent_id AND version = :version

-- name: list_agent_versions
-- The versions of an agent without their definitions, newest first.
SELECT versions.agent_id, versions.version, versions.digest, versions.note, versions.created_at, versions.created_by,
    coalesce(keys.name, people.name) AS created_by_name
FROM agent_versions AS versions
LEFT JOIN keys ON keys.id = versions.created_by AND keys.organization_id = versions.organization_id
LEFT JOIN people ON people.id = versions.created_by AND people.organization_id = versions.organization_id
WHERE versions.organization_id = :organization_id AND versions.agent_id = :agent_id
ORDER BY versions.version DESC
LIMIT :limit OFFSET :offset

-- name: find_agent_position
-- Where an agent stands in the order of making; a deleted one too, so that a page after it can still be asked for.
SELECT created_at, id FROM agents WHERE organization_id = :organization_id AND id = :agent_id

-- name: list_agents_upwards
-- Agents made between two positions, the oldest first.
SELECT * FROM agents
WHERE organization_id = :organization_id AND deleted_at IS NULL
    AND (CAST(:with_drafts AS bigint) = 1 OR deployed_version IS NOT NULL)
    AND (lower(name || ' ' || coalesce(alias, '')) LIKE lower(CAST(:pattern AS text)) ESCAPE '\'
        OR id LIKE lower(CAST(:id_pattern AS text)) ESCAPE '\')
    AND (created_at, id) > (CAST(:low_at AS bigint), CAST(:low_id AS text))
    AND (created_at, id) < (CAST(:high_at AS bigint), CAST(:high_id AS text))
ORDER BY created_at, id
LIMIT :limit

-- name: list_agents_downwards
-- Agents made between two positions, the newest first.
SELECT * FROM agents
WHERE organization_id = :organization_id AND deleted_at IS NULL
    AND (CAST(:with_drafts AS bigint) = 1 OR deployed_version IS NOT NULL)
    AND (lower(name || ' ' || coalesce(alias, '')) LIKE lower(CAST(:pattern AS text)) ESCAPE '\'
        OR id LIKE lower(CAST(:id_pattern AS text)) ESCAPE '\')
    AND (created_at, id) > (CAST(:low_at AS bigint), CAST(:low_id AS text))
    AND (created_at, id) < (CAST(:high_at AS bigint), CAST(:high_id AS text))
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: find_agent_models
-- The models that an agent's runs ask, of a deleted agent too.
SELECT models FROM agents WHERE organization_id = :organization_id AND id = :agent_id
