-- name: add_model
-- Stores a model that is not the default; changes nothing when the name is taken.
INSERT INTO models (organization_id, name, kind, base_url, model_id, api_key_sealed, script, is_default, concurrency,
                    timeout_s, input_price, output_price, cached_input_price, account, rpm, tpm, vision, created_at,
                    updated_at)
VALUES (:organization_id, :name, :kind, :base_url, :model_id, :api_key_sealed, :script, 0, :concurrency,
        :timeout_s, :input_price, :output_price, :cached_input_price, :account, :rpm, :tpm, :vision, :now,
        :now)
ON CONFLICT (organization_id, name) DO NOTHING

-- name: find_model
-- One model with its sealed key.
SELECT name, kind, base_url, model_id, api_key_sealed, script, is_default, concurrency, timeout_s,
    input_price, output_price, cached_input_price, account, rpm, tpm, vision
FROM models
WHERE organization_id = :organization_id AND name = :name

-- name: list_models
-- Every model of an organization, by name.
SELECT name, kind, base_url, model_id, api_key_sealed, script, is_default, concurrency, timeout_s,
    input_price, output_price, cached_input_price, account, rpm, tpm, vision
FROM models
WHERE organization_id = :organization_id
ORDER BY name

-- name: remove_model
-- Forgets a model and its key.
DELETE FROM models
WHERE organization_id = :organization_id AND name = :name

-- name: flag_default_model
-- Makes one model the default, and every other of the organization none.
UPDATE models
SET is_default = CASE WHEN name = :name THEN 1 ELSE 0 END, updated_at = :now
WHERE organization_id = :organization_id AND (is_default = 1 OR name = :name)

-- name: change_model
-- A model's prices, limits and sight in place of those it had; its key, script and address stay.
UPDATE models
SET concurrency = :concurrency, timeout_s = :timeout_s, input_price = :input_price, output_price = :output_price,
    cached_input_price = :cached_input_price, account = :account, rpm = :rpm, tpm = :tpm, vision = :vision, updated_at = :now
WHERE organization_id = :organization_id AND name = :name

-- name: list_sealed_model_keys
-- Every stored key of a model's provider.
-- system: the operator changes the key that seals them all.
SELECT organization_id, name, api_key_sealed AS sealed FROM models WHERE api_key_sealed IS NOT NULL
ORDER BY organization_id, name

-- name: reseal_model_key
-- The same key, sealed anew or given up, unless it was changed meanwhile.
UPDATE models SET api_key_sealed = :sealed
WHERE organization_id = :organization_id AND name = :name AND api_key_sealed = :before
