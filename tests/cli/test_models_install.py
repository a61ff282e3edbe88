"""`pressrun models install`."""

from tests.cli.conftest import Pressrun


def test_what_is_installed_is_left_alone(alone: Pressrun) -> None:
    """The tests' environment has the embedded model and the embedder; installing again only says so."""
    done = alone("models", "install")
    assert done.exit_code == 0
    assert "are installed" in done.stdout
    assert done.stdout.splitlines()[-1] == "The embedder is ready."
