"""One benchmark can be measured anew without the others, and the page says when each figure was measured."""

from pathlib import Path

from bench.figure import Figure
from bench.kept import Run, keep, kept
from bench.page import PAGE, tables

EARLIER = Run("2026-11-25", "aaaaaaa", 1.0, 0.5)
LATER = Run("2026-11-26", "bbbbbbb", 0.1, 3.0)


def figure(benchmark: str, store: str, value: str) -> Figure:
    return Figure(benchmark, f"what {benchmark} measures", store, value)


def test_what_is_measured_anew_replaces_its_own_benchmark_on_its_own_database_alone(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    keep(
        [figure("submit", "sqlite", "1"), figure("submit", "postgres", "2"), figure("list", "sqlite", "3")],
        EARLIER,
        path,
    )
    keep([figure("submit", "sqlite", "4")], LATER, path)
    found = [(one.figure.benchmark, one.figure.store, one.figure.value, one.run) for one in kept(path)]
    assert sorted(found, key=str) == [
        ("list", "sqlite", "3", EARLIER),
        ("submit", "postgres", "2", EARLIER),
        ("submit", "sqlite", "4", LATER),
    ]


def test_nothing_kept_is_no_error(tmp_path: Path) -> None:
    assert kept(tmp_path / "figures.json") == []
    assert tables([]) == ""


def test_every_row_says_when_at_which_commit_and_load_it_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    keep([figure("search", "sqlite", "5 ms"), figure("submit", "postgres", "900/s")], EARLIER, path)
    keep([figure("list", "sqlite", "6 ms")], LATER, path)
    page = tables(kept(path))
    assert page.index("## Jobs") < page.index("`submit`") < page.index("`list`") < page.index("## Files and graphs")
    assert "| 900/s | – | – | `submit` | 25 November, `aaaaaaa`, load 0.5 |" in page
    assert "| 6 ms | – | – | `list` | 26 November, `bbbbbbb`, load 3, scale 0.1 |" in page


def test_the_page_in_the_docs_holds_every_figure_that_is_kept() -> None:
    page = PAGE.read_text("utf-8")
    assert tables(kept()) in page
