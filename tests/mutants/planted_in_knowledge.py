"""The mechanisms of files, graphs and chats, the way to remove each, and the test that must then fail."""

from tests.mutants.fault import Planted

UPLOAD = "knowledge/test_upload.py::"
TAKE_IN = "knowledge/test_take_in.py::"
INGEST = "knowledge/graphs/test_ingest.py::"
SEARCH = "knowledge/graphs/test_search.py::"

IN_KNOWLEDGE = (
    Planted(
        "Files",
        "bytes have their name before they are on the disk",
        "knowledge/disk_blobs.py",
        "    os.fsync(file.fileno())\n",
        "",
        "knowledge/test_flushed_blobs.py::test_bytes_are_flushed_before_they_are_named_and_their_folder_after",
    ),
    Planted(
        "Files",
        "an upload whose commit goes unanswered has failed",
        "knowledge/upload.py",
        "file = await write_surely(store, work, witness, patience_s=PATIENCE_S)",
        "file = await store.write(work)",
        UPLOAD + "test_an_upload_whose_commit_goes_unanswered_is_one_file[sqlite-committed]",
    ),
    Planted(
        "Files",
        "bytes are thrown away though they became a file's",
        "knowledge/upload.py",
        '    if not await store.write(lambda tx: tx.run("hasten_sweep", **named)):\n        return\n',
        "",
        UPLOAD + "test_a_sender_that_leaves_as_the_file_is_committed_leaves_a_whole_file[sqlite]",
    ),
    Planted(
        "Files",
        "the quota is looked at and not held",
        "store/sql/files.sql",
        " AND bytes + :size <= CAST(:most AS bigint)",
        " AND CAST(:most AS bigint) > 0",
        UPLOAD + "test_the_quota_is_exact_when_many_come_at_once[sqlite]",
    ),
    Planted(
        "Files",
        "the text of a deleted file stays on the disk",
        "knowledge/files.py",
        "for blob in (file.blob, file.text_blob):",
        "for blob in (file.blob,):",
        TAKE_IN + "test_a_file_that_is_deleted_meanwhile[sqlite]",
    ),
    Planted(
        "G6",
        "a text is recorded by a worker that lost its claim",
        "store/sql/files.sql",
        " AND jobs.lease_token = :lease_token",
        " AND :lease_token = :lease_token",
        TAKE_IN + "test_a_worker_that_lost_its_claim_changes_no_file[sqlite]",
    ),
    Planted(
        "Graphs",
        "a deleted file's passages stay",
        "knowledge/files.py",
        "    await members.forget_file(tx, organization_id, file_id)\n",
        "",
        INGEST + "test_a_deleted_file_leaves_nothing[sqlite]",
    ),
    Planted(
        "Graphs",
        "passages of another text stay beside the new ones",
        "knowledge/ingest.py",
        '    assert begun is not None\n    await _drop(tx, organization_id, begun["seq"])\n',
        "    assert begun is not None\n",
        INGEST + "test_another_text_takes_the_place_of_the_first[sqlite]",
    ),
    Planted(
        "Graphs",
        "what an attempt has indexed is indexed again by the next",
        "knowledge/ingest.py",
        '(row["digest"], row["embedder"]) == (digest, embedder)',
        '(row["digest"], row["embedder"]) == (digest, None)',
        INGEST + "test_an_attempt_that_broke_off_is_gone_on_with[sqlite]",
    ),
    Planted(
        "S-05",
        "graphs of others are not refused in a search",
        "knowledge/search.py",
        "    await check_graphs(tx, organization_id, graph_ids)\n",
        "",
        SEARCH + "test_a_search_stays_in_its_graphs_and_its_organization[sqlite]",
    ),
    Planted(
        "Graphs",
        "an answer's mark names the passage before",
        "knowledge/citations.py",
        "        return best + 1",
        "        return best",
        "knowledge/graphs/test_citations.py::test_marks_stay_are_added_or_go",
    ),
    Planted(
        "Graphs",
        "passages are quoted under other numbers than marks mean",
        "knowledge/grounding.py",
        "enumerate(passages, first))",
        "enumerate(passages, first - 1))",
        "knowledge/graphs/test_grounding.py::test_a_mark_names_the_passage_that_was_quoted_under_its_number",
    ),
    Planted(
        "S-17",
        "the reader of files may take all memory",
        "knowledge/extraction/child.py",
        "    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))\n",
        "",
        "knowledge/test_s17_bombs.py::test_s17_a_reader_has_limits_before_it_reads",
    ),
    Planted(
        "Chats",
        "a model may call tools for ever",
        "chat/conversation.py",
        "range(MOST_ROUNDS, -1, -1)",
        "range(10**6, -1, -1)",
        "chat/test_conversation.py::test_a_model_that_never_stops_calling",
    ),
    Planted(
        "Chats",
        "what tools cost is the last call's alone",
        "chat/conversation.py",
        "        self._usage += answered.usage\n        self._texts.append",
        "        self._usage = answered.usage\n        self._texts.append",
        "chat/test_conversation.py::test_a_tool_of_ours_is_run_and_the_model_goes_on[True]",
    ),
)
