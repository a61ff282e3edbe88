"""The mechanisms between what a request says and what it does or is told; and the test that must then fail."""

from tests.mutants.fault import Planted

IN_REQUESTS = (
    Planted(
        "S-05",
        "a batch of others is looked at before it is nobody's",
        "store/sql/batches.sql",
        "SELECT * FROM batches WHERE id = :batch_id AND organization_id = :organization_id AND state <> 'uploading'",
        "SELECT * FROM batches WHERE id = :batch_id AND CAST(:organization_id AS text) <> '' AND state <> 'uploading'",
        "security/test_s05_queries.py::test_s05_their_ids_cost_what_nobodys_cost[sqlite]",
    ),
    Planted(
        "S-06",
        "parts of an agent keep fields they do not know",
        "agents/input_kinds.py",
        'extra="forbid"',
        'extra="allow"',
        "security/test_s06_columns.py::test_s06_no_column_is_set_by_a_part_of_a_body[sqlite]",
    ),
    Planted(
        "S-08",
        "a name that stands twice in a body is taken",
        "api/json_body.py",
        'if raw.count(b":") != _members(value):',
        "if False:",
        "api/test_json_body.py::test_f50_every_route_that_takes_a_body[sqlite]",
    ),
    Planted(
        "S-19",
        "a provider's words are passed on, its key in them",
        "models/refusals.py",
        'return text.replace(self.secret, "***") if self.secret else text',
        "return text",
        "security/test_s19_redaction.py::test_s19_answers_hold_no_secret",
    ),
    Planted(
        "S-28",
        "a fragment is cut off a request's target",
        "api/connection.py",
        'if b"#" in url:',
        "if False:",
        "security/test_s28_framing.py::test_s28_ambiguous_requests_are_refused_and_the_connection_ended[sqlite]",
    ),
)
