"""The system, its API and its callers, as the tests of the API have them."""

from tests.api.conftest import client, server, settings, system, worker

__all__ = ["client", "server", "settings", "system", "worker"]
