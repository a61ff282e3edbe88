"""The mechanisms by which the key that seals secrets is changed, and the test that must fail without each."""

from tests.mutants.fault import Planted

VAULT = "models/test_vault.py::"
SECRETS = "security/test_s18_secrets.py::"

IN_SEALING = (
    Planted(
        "S-18",
        "a process goes by the keys that it began with",
        "models/vault.py",
        "        if self._read is not None:\n",
        "        if False:\n",
        VAULT + "test_a_vault_takes_the_keys_as_they_are_when_it_needs_them",
    ),
    Planted(
        "S-18",
        "former keys open nothing",
        "models/vault.py",
        "self._keys = {_id_of(key): key for key in keys}",
        "self._keys = {_id_of(key): key for key in keys[:1]}",
        VAULT + "test_what_a_former_key_sealed_opens_and_what_is_sealed_now_is_under_the_first",
    ),
    Planted(
        "S-18",
        "stored secrets stay under the former key",
        "sealed_secrets.py",
        "        if sealed is not None and (sealed, previous) != (one.sealed, one.previous):\n",
        "        if False:\n",
        SECRETS + "test_s18_the_key_is_changed_under_load_and_nothing_shows_what_it_seals[sqlite]",
    ),
    Planted(
        "S-18",
        "a server starts without the key of what is sealed",
        "cli/exposure.py",
        "    if lost:\n",
        "    if False:\n",
        SECRETS + "test_s18_a_server_without_the_key_says_so_and_does_not_start[sqlite]",
    ),
    Planted(
        "S-18",
        "keys are forgotten that something is sealed under",
        "cli/secret_key.py",
        "        _resealed(settings, as_json=False, quiet=True)\n",
        "",
        SECRETS + "test_s18_a_server_without_the_key_says_so_and_does_not_start[sqlite]",
    ),
)
