"""Files as inputs: every fault at once, texts cut to what models read, images where their marks stand."""

from typing import Any

import pytest

from pressrun.agents import check as definitions
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.fitting import FileText, fitted
from pressrun.agents.inputs import check
from pressrun.agents.showing import Showing, new_mark
from pressrun.errors import PressrunError
from pressrun.knowledge.files import File, FileState
from pressrun.models.provider import Answer, ImagePart, Message, Question, TextPart

RED, BLUE = ImagePart("data:image/png;base64,cmVk"), ImagePart("data:image/png;base64,Ymx1ZQ==")


def agent(*inputs: dict[str, Any], prompt: str = "Read @Report and @Photo") -> AgentDefinition:
    return definitions.check({"name": "Reader", "inputs": list(inputs), "prompts": [{"name": "say", "prompt": prompt}]})


REPORT = {"name": "Report", "type": "file", "max_files": 2, "file_types": ["pdf", ".TXT"], "max_word_count": 1000}
PHOTO = {"name": "Photo", "type": "media", "max_image_size_mb": 1, "required": False}


def file(file_id: str, **changes: Any) -> File:
    extension = changes.pop("extension", "pdf")
    return File(**{
        "seq": 1, "id": file_id, "organization_id": "o", "name": f"{file_id}.{extension}", "extension": extension,
        "media_type": "application/pdf", "size": 100, "digest": "", "blob": "b", "text_blob": "t",
        "state": FileState.COMPLETED, "error_code": None, "error": None, "words": 10, "pages": 1, "characters": 50,
        "job_id": None, "created_at": 0, "updated_at": 0, **changes,
    })  # fmt: skip


KNOWN = {
    "a": file("a"),
    "long": file("long", words=2000),
    "sheet": file("sheet", extension="xlsx"),
    "huge": file("huge", size=30 * 1024**2),
    "bad": file("bad", state=FileState.FAILED, text_blob=None, error="it is damaged"),
    "waits": file("waits", state=FileState.IN_PROGRESS, text_blob=None, words=None),
    "pic": file("pic", extension="png", words=None),
    "poster": file("poster", extension="png", size=2 * 1024**2),
}


def given(**values: list[str]) -> list[dict[str, Any]]:
    return [{"id": name, "value": value} for name, value in values.items()]


def test_files_that_fit() -> None:
    values = check(agent(REPORT, PHOTO), given(Report=["a", "waits"], Photo=["pic"]), KNOWN)
    assert values == {"Report": ("a", "waits"), "Photo": ("pic",)}


def test_a_name_of_a_batch_becomes_an_id() -> None:
    assert check(agent(REPORT), given(Report=["Annual report.pdf"]), {"Annual report.pdf": KNOWN["a"]})["Report"] == (
        "a",
    )


@pytest.mark.parametrize(
    ("report", "messages"),
    [
        (["a", "a", "a"], ["takes 2 files (got 3)"]),
        (["nobody's"], ['there is no file "nobody\'s"']),
        (["sheet"], ['"sheet.xlsx" is a .xlsx file, and "Report" takes pdf, txt']),
        (["huge"], ["larger than the 25 MB"]),
        (["bad"], ['the text of "bad.pdf" could not be read: it is damaged']),
        (["long"], ["takes 1,000 words (got 2,000)"]),
        (["https://example.com/x.pdf"], ["takes ids of uploaded files, not URLs"]),
        (["gone", "sheet"], ["there is no file", "is a .xlsx file"]),
    ],
)
def test_every_fault_of_files_at_once(report: list[str], messages: list[str]) -> None:
    with pytest.raises(PressrunError) as refusal:
        check(agent(REPORT, PHOTO), given(Report=report, Photo=["poster", "pic"]), KNOWN)
    problems = refusal.value.problems
    assert [problem.extras["input"] for problem in problems] == ["Report"] * len(messages) + ["Photo"] * 2
    for problem, message in zip(problems, [*messages, "takes 1 image (got 2)", "larger than the 1 MB"], strict=True):
        assert message in problem.description


def test_urls_where_the_input_takes_them() -> None:
    url = "https://example.com/x.pdf"
    both = {**REPORT, "upload_types": ["url", "file_id"]}
    assert check(agent(both), given(Report=[url, "a"]), KNOWN)["Report"] == (url, "a")
    with pytest.raises(PressrunError, match="takes URLs"):
        check(agent({**REPORT, "upload_types": ["url"]}), given(Report=["a"]), KNOWN)
    with pytest.raises(PressrunError, match="not URLs"):
        check(agent(PHOTO, prompt="@Photo"), given(Photo=[url]), KNOWN)


def test_texts_that_fit_stay_whole() -> None:
    one = agent(REPORT, prompt="Sum up: @Report")
    texts = {"Report": (FileText("a.pdf", "word " * 100),)}
    assert fitted(one, texts, {}, {None: 4000}) == ({"Report": ("word " * 100,)}, [])


def test_long_texts_share_what_the_smallest_model_reads() -> None:
    other = {**REPORT, "name": "Notes"}
    one = definitions.check({
        "name": "Reader",
        "inputs": [REPORT, other],
        "prompts": [
            {"name": "large", "model": "large", "prompt": "@Report @Notes"},
            {"name": "small", "model": "small", "prompt": "@Report", "max_tokens": 100},
        ],
    })  # fmt: skip
    texts = {"Report": (FileText("r.pdf", "word " * 10_000),), "Notes": (FileText("n.pdf", "word " * 100),)}
    found, notes = fitted(one, texts, {}, {"large": 100_000, "small": 2_000})
    assert found["Notes"] == ("word " * 100,)
    words = len(found["Report"][0].split())
    assert 1000 < words < 2000
    assert found["Report"][0].endswith("[the rest of r.pdf is left out]")
    assert notes == [f"r.pdf: the first {words - 7:,} of 10,000 words were given to the model, which reads no more"]


class Hearing:
    """A provider that keeps what it is asked."""

    def __init__(self) -> None:
        self.heard: list[Question] = []

    async def complete(self, question: Question) -> Answer:
        self.heard.append(question)
        return Answer("yes")

    async def close(self) -> None:
        """Nothing."""


async def test_images_stand_where_their_marks_stood() -> None:
    red, blue = new_mark("red.png"), new_mark("blue.png")
    assert new_mark("red.png") != red
    hearing = Hearing()
    showing = Showing(hearing, {red: RED, blue: BLUE})  # type: ignore[arg-type]
    forged = red.replace(red[-5:-1], "0000")
    await showing.complete(
        Question(None, (Message("system", f"Look at {blue}."), Message("user", f"First {red} then {forged}.")))
    )
    system, user = hearing.heard[0].messages
    assert system.content == "Look at ."
    assert user.content == (BLUE, TextPart("First "), RED, TextPart(f" then {forged}."))


async def test_words_alone_stay_words() -> None:
    hearing = Hearing()
    await Showing(hearing, {new_mark("x"): RED}).complete(Question(None, (Message("user", "Hello"),)))  # type: ignore[arg-type]
    assert hearing.heard[0].messages == (Message("user", "Hello"),)
