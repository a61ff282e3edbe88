"""The mechanisms of batches, the way to remove each, and the test that must then fail."""

from tests.mutants.fault import Planted

BATCHES = "batches/"

IN_BATCHES = (
    Planted(
        "G27",
        "a row that is cancelled before it is a job leaves no line",
        "batches/load.py",
        "    notes += [history.Note(row",
        "    _ = [history.Note(row",
        BATCHES + "test_life.py::test_rows_that_are_not_jobs_yet_are_cancelled_too[sqlite]",
    ),
    Planted(
        "G13",
        "a paused batch's rows are started all the same",
        "jobs/batch_lanes.py",
        "if batch.state not in RUNNABLE or batch.cancel_requested or batch.has_too_many_errors:",
        "if batch.cancel_requested or batch.has_too_many_errors:",
        BATCHES + "test_life.py::test_a_paused_batch_starts_nothing_and_goes_on_when_resumed[sqlite]",
    ),
    Planted(
        "G16",
        "a row that is not valid has no line in the results",
        "store/sql/batches.sql",
        "WHERE rows.batch_id = :batch_id AND rows.organization_id = :organization_id AND rows.row > :after",
        "WHERE rows.batch_id = :batch_id AND rows.organization_id = :organization_id AND rows.row > :after"
        " AND rows.problem IS NULL",
        BATCHES + "test_life.py::test_a_row_that_cannot_be_run_has_its_line_in_the_results[postgres]",
    ),
    Planted(
        "G16",
        "nobody counts rows that fail",
        "store/migrations/sqlite/0006_batches.sql",
        "failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'),",
        "",
        BATCHES + "test_life.py::test_failed_rows_make_a_batch_with_errors[sqlite]",
    ),
    Planted(
        "G7",
        "rows of the same inputs are asked each",
        "store/sql/batches.sql",
        "CASE WHEN :dedupe = 1 THEN",
        "CASE WHEN :dedupe = 2 THEN",
        BATCHES + "test_same_inputs.py::test_rows_of_the_same_inputs_are_asked_once[sqlite]",
    ),
    Planted(
        "unknown commit",
        "another change of a batch is taken for a move that was lost",
        "api/batch_moves.py",
        "return await audit.is_recorded(tx, key.organization_id, at, action, target)",
        "return at > 0",
        "api/test_lost_moves.py::test_a_pause_that_was_lost_is_made_good[sqlite]",
    ),
)
