"""The SQL, read as data."""

import re
from pathlib import Path

import pytest

from pressrun.store.migrate import migrations
from pressrun.store.queries import Query, parse, queries
from pressrun.store.store import Dialect

SOURCE = Path(__file__).parents[2] / "src" / "pressrun"
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgres")
NO_ORGANIZATION = {
    "organizations",
    "workers",
    "schema_migrations",
    "store_facts",
    "authentication_failures",
    "sign_in_counts",
}
"""Tables that belong to the server, not to an organization."""


def tables() -> set[str]:
    """Every table with an organization_id, from the schema itself."""
    schema = "\n".join(step.sql for step in migrations("sqlite"))
    return {
        name
        for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\)", schema, re.DOTALL)
        if "organization_id" in body
    }


def every_query() -> list[tuple[Dialect, Query]]:
    return [(dialect, query) for dialect in DIALECTS for query in queries(dialect).values()]


def test_both_dialects_have_the_same_queries_with_the_same_parameters() -> None:
    sqlite, postgres = queries("sqlite"), queries("postgres")
    assert sqlite.keys() == postgres.keys()
    for name in sqlite:
        ours = set(postgres[name].parameters) - {"floors"}  # SQLite keeps no entries of what was claimed
        assert set(sqlite[name].parameters) == ours, name


def test_every_table_is_an_organizations_or_known_not_to_be() -> None:
    schema = "\n".join(step.sql for step in migrations("sqlite"))
    assert set(re.findall(r"CREATE TABLE (\w+)", schema)) == tables() | NO_ORGANIZATION


@pytest.mark.parametrize(("dialect", "query"), every_query(), ids=lambda value: getattr(value, "name", value))
def test_a_query_on_an_organizations_table_binds_the_organization(dialect: Dialect, query: Query) -> None:
    words = set(re.findall(r"\w+", query.sql))
    if words & tables() and "organization_id" not in query.parameters:
        assert "system: " in query.sentence, f"{dialect} {query.name} neither binds nor says why not"


def test_every_query_is_used() -> None:
    source = "\n".join(path.read_text() for path in SOURCE.rglob("*.py"))
    used = set(re.findall(r'"(\w+)"', source))
    tests_only = {"list_outbox"}
    assert queries("sqlite").keys() - used - tests_only == set()


def test_no_sql_stands_in_python() -> None:
    statement = re.compile(r'"(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER) [a-z*]')
    # A driver's own business (migrations, NOTIFY, a look at the server's settings) stands beside the driver.
    for path in SOURCE.rglob("*.py"):
        if path.parent.name not in {"store", "doctor"}:
            assert not statement.search(path.read_text()), path


def test_a_query_needs_a_sentence() -> None:
    with pytest.raises(ValueError, match="sentence"):
        parse("-- name: find_it\nSELECT 1", "x.sql")


def test_parameters_are_not_casts_and_not_strings() -> None:
    query = Query("q", "SELECT a::text, ':no', :yes, :now, :yes", "", "")
    assert query.parameters == ("yes", "now")
    assert query.numbered("CLOCK") == ("SELECT a::text, ':no', $1, CLOCK, $1", ("yes",))
    assert query.numbered(None)[1] == ("yes", "now")
