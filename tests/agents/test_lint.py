"""What is probably not meant is said, with the fix."""

from pressrun.agents.lint import lint
from tests.agents.samples import definition


def test_lint_names_what_stays_literal_and_what_is_unused() -> None:
    warnings = lint(
        definition(
            prompts=[
                {"name": "First", "prompt": "@Tonne of @Product Names, me@example.com, {{nope}}"},
                {"name": "Second", "prompt": "@Tone @Product name"},
            ],
            output=None,
        )
    )
    assert any("@Tonne names no input" in one and "@{Tone}" in one for one in warnings)
    assert any("{{nope}}" in one for one in warnings)
    assert not any("example" in one for one in warnings)
    assert any("'First' is used nowhere" in one for one in warnings)
    assert any("'Photo' is used nowhere" in one for one in warnings)


def test_lint_tells_when_a_longer_name_may_be_meant() -> None:
    inputs = [{"name": "Product", "type": "text"}, {"name": "Product name", "type": "text"}]
    prompts = [{"name": "p", "prompt": "@Product Name and @{Product name} and @Product"}]
    (warning,) = lint(definition(inputs=inputs, prompts=prompts, output=None))
    assert "if 'Product name' is meant write @{Product name}" in warning


def test_an_agent_without_faults_has_no_warnings() -> None:
    assert (
        lint(
            definition(
                inputs=[{"name": "Tone", "type": "text"}], prompts=[{"name": "p", "prompt": "@Tone"}], output=None
            )
        )
        == []
    )
