"""The mechanisms of webhooks and of what goes out, the way to remove each, and the test that must then fail."""

from tests.mutants.fault import Planted

LISTENING = "webhooks/test_listening.py::"
SENDING = "webhooks/test_sending.py::"
GAUNTLET = "outgoing/test_s09_gauntlet.py::"

IN_WEBHOOKS = (
    Planted(
        "G15",
        "a listener does not wait for ends that have looked already",
        "webhooks/endpoint.py",
        """    _check(wish)
    await tx.one("lock_listening")
    counted""",
        """    _check(wish)
    counted""",
        LISTENING + "test_a_listener_waits_for_ends_that_have_looked_already[postgres]",
    ),
    Planted(
        "G15",
        "an end by deadline is not told",
        "jobs/rescue.py",
        "    await settle.record_outbox(tx, rows)\n",
        "",
        LISTENING + "test_every_way_to_end_is_noted_in_its_transaction[sqlite]",
    ),
    Planted(
        "G15",
        "a stale sender settles what another has taken",
        "store/sql/webhooks.sql",
        "WHERE id = :id AND lease_token = :lease_token\nRETURNING id",
        "WHERE id = :id AND coalesce(:lease_token, '') <> '-'\nRETURNING id",
        SENDING + "test_a_sender_that_dies_is_followed_by_another[sqlite]",
    ),
    Planted(
        "G15",
        "a slow endpoint takes every slot",
        "webhooks/sender.py",
        "min(LANE_SLOTS - self._lanes[lane], ",
        "min(",
        SENDING + "test_one_slow_endpoint_holds_up_nobody[sqlite]",
    ),
    Planted(
        "G15",
        "410 disables nobody",
        "webhooks/attempt.py",
        "if any(verdict.gone for verdict in verdicts):",
        "if False:",
        SENDING + "test_f61_gone_disables_the_endpoint[sqlite]",
    ),
    Planted(
        "G15",
        "rows of a batch are told to everybody",
        "jobs/outbox.py",
        "and (self.rows or not is_row)",
        "",
        LISTENING + "test_rows_of_a_batch_are_told_to_those_who_asked[sqlite]",
    ),
    Planted(
        "S-09",
        "the last line of defence is missing",
        "outgoing/client.py",
        "        if not self._rules.allows(address, port):\n",
        "        if False:\n",
        GAUNTLET + "test_s09_the_socket_itself_is_guarded",
    ),
    Planted(
        "S-09",
        "a name is trusted because it was public once",
        "outgoing/client.py",
        "resolver=_Resolver(rules, resolve),",
        "resolver=aiohttp.ThreadedResolver(),",
        GAUNTLET + "test_s09_a_name_is_asked_once_for_a_request",
    ),
    Planted(
        "S-09",
        "redirects are followed",
        "outgoing/client.py",
        "target, allow_redirects=False",
        "target, allow_redirects=True",
        SENDING + "test_f60_redirects_are_not_followed[sqlite]",
    ),
    Planted(
        "S-10",
        "a rotation ends the old secret at once",
        "webhooks/secret.py",
        'if row["previous"] is not None and row["previous_until"] > row["at"]:',
        "if False:",
        "webhooks/test_s10_signatures.py::test_f62_both_secrets_hold_during_a_rotation[sqlite]",
    ),
)
