"""docs/asvs.csv: every requirement of OWASP ASVS 5.0.0 once, judged, with a place and a test that are there."""

import csv
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLUMNS = ["id", "level", "subject", "status", "how", "where", "test"]
STATUSES = ("met", "not met", "not applicable", "not judged")

SECTIONS = {
    1: (2, 10, 12, 3, 3),
    2: (3, 3, 5, 2),
    3: (1, 3, 5, 8, 8, 1, 5),
    4: (5, 5, 2, 4),
    5: (1, 6, 3, 3),
    6: (3, 12, 8, 6, 8, 4, 2, 4),
    7: (3, 4, 2, 5, 3, 2),
    8: (4, 4, 3, 2),
    9: (3, 4),
    10: (2, 3, 5, 16, 5, 2, 3),
    11: (4, 5, 5, 4, 2, 2, 2),
    12: (5, 2, 5),
    13: (4, 6, 4, 7),
    14: (2, 8, 3),
    15: (5, 5, 7, 4),
    16: (1, 5, 4, 3, 4),
    17: (2, 8, 2),
}
"""How many requirements each section of each chapter has."""

LEVELS = {"1": 70, "2": 183, "3": 92}

AIMED_AT = (
    "1.2.10", "3.4.7", "3.4.8", "4.1.4", "5.2.4", "5.2.5", "8.3.2", "11.2.4", "13.3.4", "13.4.6", "15.2.5", "15.4.2",
    "16.5.4",
)  # fmt: skip
"""Those of level 3 that are judged like the others."""

with (ROOT / "docs" / "asvs.csv").open(newline="", encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


def path_of(place: str) -> Path:
    return ROOT / place.partition("#")[0]


def test_every_requirement_is_there_once_in_the_standards_order() -> None:
    wanted = [
        f"V{chapter}.{section}.{number}"
        for chapter, counts in SECTIONS.items()
        for section, count in enumerate(counts, 1)
        for number in range(1, count + 1)
    ]
    assert [row["id"] for row in ROWS] == wanted
    assert len(wanted) == 345
    assert Counter(row["level"] for row in ROWS) == LEVELS


def test_every_row_is_whole() -> None:
    for row in ROWS:
        assert list(row) == COLUMNS
        assert row["status"] in STATUSES, row
        assert row["subject"], row
        assert row["how"], row


def test_level_3_alone_may_be_left_unjudged() -> None:
    unjudged = {row["id"].removeprefix("V"): row["level"] for row in ROWS if row["status"] == "not judged"}
    assert set(unjudged.values()) == {"3"}
    assert not unjudged.keys() & set(AIMED_AT)


def test_what_is_met_is_somewhere_and_has_a_test_or_says_why_not() -> None:
    for row in ROWS:
        if row["status"] == "met":
            assert row["where"], row
            assert row["test"] or row["level"] == "3" or "No test" in row["how"], row


def test_places_and_tests_are_there() -> None:
    for row in ROWS:
        assert not row["where"] or path_of(row["where"]).exists(), row
        assert not row["test"] or (row["test"].startswith("tests/") and path_of(row["test"]).is_file()), row


def test_the_page_on_security_tells_the_same() -> None:
    page = (ROOT / "docs" / "security.md").read_text().partition("## OWASP ASVS")[2].partition("\n## ")[0]
    counts = Counter((row["status"], row["level"]) for row in ROWS)
    for status in STATUSES:
        assert f"| {status} | {' | '.join(str(counts[status, level]) for level in LEVELS)} |" in page, status
    told = re.findall(r"^\| (V[\d.]+) \| (\d) \| (.+) \| (.+) \|$", page, re.MULTILINE)
    not_met = [(row["id"], row["level"], row["subject"], row["how"]) for row in ROWS if row["status"] == "not met"]
    assert told == not_met
