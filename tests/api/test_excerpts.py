"""How things begin, wherever their JSON is cut off."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pressrun.api.excerpts import LONGEST, inputs_excerpt, output_excerpt, shortened

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(values=st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3), max_size=4), cut=st.integers(0, 2000))
def test_inputs(values: dict[str, list[str]], cut: int) -> None:
    whole = msgspec.json.encode(values)
    assert inputs_excerpt(whole) == {name: shortened(", ".join(value)) for name, value in values.items()}
    for name, begin in inputs_excerpt(whole[:cut]).items():
        assert all(len(text) <= LONGEST for text in (begin,))
        assert name in values
        assert (
            any(value.startswith(begin.removesuffix("…")) for value in values[name]) or not begin or cut >= len(whole)
        )


@given(text=TEXTS, title=TEXTS, cut=st.integers(0, 2000))
def test_output(text: str, title: str, cut: int) -> None:
    whole = msgspec.json.encode({"title": title, "suggestion": text, "prompts": {"a": "b"}})
    assert output_excerpt(whole) == shortened(text)
    begin = output_excerpt(whole[:cut])
    assert begin is None or text.startswith(begin.removesuffix("…"))


def test_what_is_not_there() -> None:
    assert (inputs_excerpt(None), output_excerpt(None), output_excerpt(b"{}")) == ({}, None, None)
