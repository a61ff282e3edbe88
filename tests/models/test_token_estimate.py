"""Estimates of tokens beside what models count.

The longer texts were counted by the vocabulary of SmolLM2 (the embedded model), the short ones are those of OpenAI's
cookbook, "How to count tokens with tiktoken" (cl100k_base).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.models.token_estimate import estimated_tokens, most_tokens

KNOWN = [
    (
        (
            "Write a product description for our online shop. The tone is friendly and precise, and it should mention "
            "the material, the intended use and one surprising detail. Do not exceed eighty words, and never invent "
            "certifications."
        ),
        42,
    ),
    (
        (
            "Terra Trail Running Shoe (Men's, size 42-46): waterproof membrane, 4 mm drop, 285 g, recycled mesh upper. "
            "SKU TR-2291-B; EUR 129.95."
        ),
        56,
    ),
    (
        (
            "Schreibe eine freundliche Produktbeschreibung für unseren Onlineshop. Erwähne Material, Verwendungszweck "
            "und Pflegehinweise, aber höchstens achtzig Wörter."
        ),
        59,
    ),
    (
        'def add(first: int, second: int) -> int:\n    """The sum of two numbers."""\n    return first + second\n',
        28,
    ),
    ('{"name": "Aqua Swim Goggles", "price": 24.5, "colors": ["blue", "black"], "in_stock": true}', 36),
    ("このランニングシューズは軽量で、長距離の走行に最適です。", 48),
    ("这款跑鞋轻便舒适,适合长距离跑步。", 37),
    ("Эти кроссовки лёгкие и удобные, подходят для длинных дистанций.", 50),
    ("2024-01-15 1234567 89.95 0042 3.14159", 37),
    ("Great shoes! 🎉🔥 Love them ❤️", 15),
    ("tiktoken is great!", 6),
    ("antidisestablishmentarianism", 6),
    ("2 + 2 = 4", 7),
    ("お誕生日おめでとう", 9),
]


@pytest.mark.parametrize(("text", "tokens"), KNOWN)
def test_an_estimate_is_within_a_factor_of_two(text: str, tokens: int) -> None:
    assert tokens / 2 <= estimated_tokens(text) <= tokens * 2


@pytest.mark.parametrize(("text", "tokens"), KNOWN)
def test_no_model_counts_more_than_the_most(text: str, tokens: int) -> None:
    assert tokens <= most_tokens(text)


@given(st.text())
def test_an_estimate_is_possible_for_any_text(text: str) -> None:
    assert 0 <= estimated_tokens(text) <= 2 * max(1, most_tokens(text))


def test_nothing_is_no_token() -> None:
    assert estimated_tokens("") == most_tokens("") == 0
