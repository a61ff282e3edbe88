"""References are found as documented, and a value is never looked at again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.agents.references import Names, Reference, compile_template, fill, filled_chars


def names(*known: str) -> Names:
    return Names(tuple(Reference("input", name) for name in known))


def found(text: str, *known: str) -> list[str]:
    return [piece.name for piece in compile_template(text, names(*known)) if isinstance(piece, Reference)]


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("@Tone", ["Tone"], ["Tone"]),
        ("@tone @TONE @T_o ne", ["Tone"], ["Tone", "Tone", "Tone"]),
        ("@TextInput @text_input @Text  input", ["Text input"], ["Text input"] * 3),
        ("@Text input", ["TextInput"], ["TextInput"]),
        ("@Product name", ["Product", "Product name"], ["Product name"]),
        ("@Product now", ["Product", "Product name"], ["Product"]),
        ("@Product names", ["Product", "Product name"], ["Product"]),
        ("@Product Name", ["Product", "Product name"], ["Product"]),
        ("@{Product Name}", ["Product", "Product name"], ["Product name"]),
        ("@Tones @Tone2 @Tone_x", ["Tone"], []),
        ("@Tone's, @Tone. (@Tone) _@Tone_ *@Tone*", ["Tone"], ["Tone"] * 5),
        ("me@Tone a1@Tone", ["Tone"], []),
        ("me@{Tone} {{Tone}} {{ tone }} @{ TONE }", ["Tone"], ["Tone"] * 4),
        ("@{Tones} {{Tones}} {Tone} ${Tone} {{Tone} @ Tone", ["Tone"], []),
        ("@@Tone @{{Tone}}", ["Tone"], ["Tone", "Tone"]),
        ("@Feature info/whitepapers!", ["Feature info/whitepapers"], ["Feature info/whitepapers"]),
        ("@C++11", ["C++"], ["C++"]),
        ("商品@品名を書く", ["品名"], ["品名"]),
        ("@상품명을", ["상품명"], ["상품명"]),
        ("@Größe", ["größe"], ["größe"]),
        ("@İ @i", ["i"], ["i"]),
        ("@a.*b", ["a.*b"], ["a.*b"]),
        ("@axxb", ["a.*b"], []),
        ("@x", [], []),
        ("", ["Tone"], []),
    ],
)
def test_what_is_a_reference(text: str, known: list[str], expected: list[str]) -> None:
    assert found(text, *known) == expected


NASTY = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["@Other", "@{Other}", "{{Other}}", "{0.__class__}", "${Other}", "%(Other)s", r"\g<0>", "@Tone"]),
)


@settings(deadline=None)
@given(tone=NASTY, other=NASTY, before=st.text(alphabet="ab {}$\n", max_size=10))
def test_values_appear_as_they_are(tone: str, other: str, before: str) -> None:
    template = compile_template(before + " @Tone|{{Other}}|@{Tone}", names("Tone", "Other"))
    texts = {"Tone": tone, "Other": other}
    assert fill(template, texts) == f"{before} {tone}|{other}|{tone}"
    assert filled_chars(template, texts) == len(fill(template, texts))


@settings(deadline=None)
@given(text=st.text(alphabet="@{}Tone xX_é品$\n", max_size=60), known=st.sets(st.text(alphabet="Tone x", min_size=1)))
def test_a_template_loses_nothing(text: str, known: set[str]) -> None:
    plain = {name.strip() for name in known if name.strip()}
    unique = {name.replace(" ", "").casefold(): name for name in plain}.values()
    template = compile_template(text, names(*unique))
    literal = "".join(piece for piece in template if isinstance(piece, str))
    remaining = iter(text)
    assert all(letter in remaining for letter in literal)  # the literal pieces stand in the text, in order
    if "@" not in text and "{{" not in text:
        assert literal == text


def test_an_absent_value_is_empty() -> None:
    assert fill(compile_template("a@{Tone}b", names("Tone")), {}) == "ab"


def test_a_hostile_template_is_compiled_in_linear_time() -> None:
    known = names(*(f"name {number} " + "x" * 200 + str(number) for number in range(70)))
    assert compile_template("@n a m e _ " * 9_000, known) == ("@n a m e _ " * 9_000,)
