"""The mechanisms of sessions and of the studio's pages, the way to remove each, and the test that must then fail."""

from tests.mutants.fault import Planted

SESSIONS = "security/test_s25_sessions.py::"
CSRF = "security/test_s13_csrf.py::"

AT_THE_DOOR = (
    Planted(
        "S-13",
        "a cookie counts without the studio's header",
        "api/callers.py",
        "if is_download or (authorization is None and same_origin.STUDIO_HEADER in headers):",
        "if is_download or authorization is None:",
        CSRF + "test_s13_a_cookie_alone_reads_nothing[sqlite]",
    ),
    Planted(
        "S-13",
        "other sites are taken for our own",
        "api/same_origin.py",
        "if STUDIO_HEADER not in headers or not is_ours:",
        "if STUDIO_HEADER not in headers:",
        CSRF + "test_s13_other_pages_change_nothing[sqlite]",
    ),
    Planted(
        "S-13",
        "bodies of a form's types are taken",
        "api/same_origin.py",
        "if method not in SAFE and media_type in FORM_TYPES:",
        "if False:",
        CSRF + "test_s13_only_types_that_no_form_can_send[sqlite]",
    ),
    Planted(
        "S-13",
        "the cookie anybody may plant is looked at everywhere",
        "api/cookies.py",
        "if host_name(headers) in LOOPBACK else None",
        "",
        CSRF + "test_s13_the_cookie_behind_tls[sqlite]",
    ),
    Planted(
        "S-12",
        "the page has no policy",
        "studio/pages.py",
        '{**HEADERS, **encoding, "vary": "accept-encoding", "cache-control": "no-store"}',
        '{**encoding, "vary": "accept-encoding", "cache-control": "no-store"}',
        "security/test_s12_pages.py::test_s12_the_policy_is_on_every_html_answer[built-sqlite]",
    ),
    Planted(
        "S-25",
        "a session never goes idle",
        "store/sql/sessions.sql",
        "WHERE hash = :hash AND expires_at > :now AND seen_at > :now - CAST(:idle_us AS bigint)",
        "WHERE hash = :hash AND expires_at > :now AND CAST(:idle_us AS bigint) > 0",
        SESSIONS + "test_s25_a_session_ends_when_nobody_uses_it[sqlite]",
    ),
    Planted(
        "S-25",
        "a session lasts as long as it is used",
        "store/sql/sessions.sql",
        "WHERE hash = :hash AND expires_at > :now AND seen_at",
        "WHERE hash = :hash AND seen_at",
        SESSIONS + "test_s25_a_session_ends_however_much_it_is_used[sqlite]",
    ),
    Planted(
        "S-25",
        "the session before lives on beside the new one",
        "organizations/sign_in.py",
        "    if before is not None:\n        await sessions.end(tx, before)\n",
        "",
        SESSIONS + "test_s25_signing_in_renews_and_signing_out_ends[sqlite]",
    ),
    Planted(
        "S-25",
        "a link works again and again",
        "store/sql/sessions.sql",
        "WHERE hash = :hash AND used_at IS NULL AND expires_at > :now\n",
        "WHERE hash = :hash AND expires_at > :now\n",
        SESSIONS + "test_s25_a_link_works_once_and_not_for_ever[postgres]",
    ),
    Planted(
        "S-25",
        "guesses are not counted",
        "organizations/sign_in.py",
        'if await tx.one("count_sign_in", bucket=bucket, most=most) is None:',
        'if await tx.one("count_sign_in", bucket=bucket, most=10**9) is None:',
        SESSIONS + "test_s25_a_thousand_guesses[sqlite]",
    ),
    Planted(
        "S-25",
        "anybody's word about the address is taken",
        "api/hosts.py",
        "if client is None or not self._is_ours(client[0]):",
        "if client is None:",
        "api/test_hosts.py::test_s25_the_client_is_the_last_one_that_is_no_proxy_of_ours",
    ),
    Planted(
        "S-25",
        "a restored database brings sessions back",
        "store/sql/sessions.sql",
        "AND seen_at > :now - CAST(:idle_us AS bigint)\n"
        "    AND epoch = (SELECT value FROM store_facts WHERE name = 'epoch')",
        "AND seen_at > :now - CAST(:idle_us AS bigint)",
        SESSIONS + "test_s25_a_restored_database_signs_nobody_in[sqlite]",
    ),
)
