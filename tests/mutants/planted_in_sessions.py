"""The mechanisms by which sessions are listed and ended, the way to remove each, and the test that must then fail."""

from tests.mutants.fault import Planted

SESSIONS = "api/test_sessions.py::"

IN_SESSIONS = (
    Planted(
        "S-25",
        "everybody's sessions are in a person's list of sessions, and can be ended there",
        "store/sql/sessions.sql",
        "WHERE person_id = :subject_id AND organization_id = :organization_id\n    AND expires_at",
        "WHERE (person_id = :subject_id OR organization_id = :organization_id)\n    AND expires_at",
        SESSIONS + "test_people_end_their_own_sessions_and_no_others[sqlite]",
    ),
    Planted(
        "S-25",
        "everybody's sessions are in a key's list of sessions",
        "store/sql/sessions.sql",
        "WHERE key_id = :subject_id AND organization_id = :organization_id\n    AND expires_at",
        "WHERE (key_id = :subject_id OR organization_id = :organization_id)\n    AND expires_at",
        SESSIONS + "test_a_key_ends_the_sessions_it_began[postgres]",
    ),
    Planted(
        "S-25",
        "the end of all sessions ends those of everybody",
        "store/sql/sessions.sql",
        "WHERE person_id = :subject_id AND organization_id = :organization_id AND hash <> :kept_hash",
        "WHERE (person_id = :subject_id OR organization_id = :organization_id) AND hash <> :kept_hash",
        SESSIONS + "test_people_sign_out_everywhere_else[sqlite]",
    ),
    Planted(
        "S-25",
        "the end of all other sessions ends the one that asks",
        "api/sessions.py",
        "None if current is None else current.session)",
        "None)",
        SESSIONS + "test_people_sign_out_everywhere_else[sqlite]",
    ),
    Planted(
        "S-25",
        "a session that was ended by its id goes on",
        "organizations/sessions_of.py",
        "if session.id == session_id and await sessions.end(tx, session):",
        "if session.id == session_id:",
        SESSIONS + "test_people_end_their_own_sessions_and_no_others[sqlite]",
    ),
    Planted(
        "S-25",
        "the process that ended a session knows it still",
        "api/sessions.py",
        "    callers_of(request).forget_ended(ended)\n",
        "",
        SESSIONS + "test_a_session_ends_on_every_process_within_two_seconds[sqlite]",
    ),
    Planted(
        "S-25",
        "sessions that are over are listed",
        "store/sql/sessions.sql",
        "    AND expires_at > :now AND seen_at + CAST(:idle_us AS bigint) > :now\n"
        "    AND epoch = (SELECT value FROM store_facts WHERE name = 'epoch')\nORDER BY created_at DESC, hash\n\n"
        "-- name: list_sessions_of_key",
        "    AND CAST(:idle_us AS bigint) > 0\nORDER BY created_at DESC, hash\n\n-- name: list_sessions_of_key",
        SESSIONS + "test_what_is_over_is_not_listed[sqlite]",
    ),
    Planted(
        "S-25",
        "a session's id is its digest, cut off",
        "organizations/sessions.py",
        'digest(f"session {self.hash}")[:32]',
        "self.hash[:32]",
        SESSIONS + "test_people_see_their_own_sessions_newest_first[sqlite]",
    ),
    Planted(
        "S-25",
        "whoever has a key ends people's sessions",
        "api/sessions.py",
        "key = require(request, Scope.ADMIN)",
        "key = caller(request)",
        SESSIONS + "test_administrators_end_sessions_of_people[sqlite]",
    ),
    Planted(
        "S-27",
        "sessions that are ended all at once have no lines",
        "organizations/sessions_of.py",
        "    for session in ended:\n        await _record(tx, subject, session, who)\n",
        "",
        SESSIONS + "test_administrators_end_sessions_of_people[sqlite]",
    ),
)
