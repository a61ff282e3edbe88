"""Text in whatever encoding it comes: found, or said, or refused row by row; never wrong letters."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.batches.files.formats import Format, Told, told
from pressrun.errors import PressrunError
from pressrun.knowledge.encodings import Decoder, Encoding, find_encoding
from tests.batches.files.reading import agent, cells, read

TEXTS = {
    "windows-1252": "Produktname;Ton\nLaufschuh Höhenflug für Mädchen;sachlich\nThé „à la menthe“ 3,20 €;fröhlich\n",
    "windows-1250": "Nazwa;Ton\nButy do biegania Żółw;przyjazny\nOkulary pływackie dla dzieci;poważny\n",
    "windows-1251": "Название;Тон\nКроссовки для бега Терра;дружелюбный\nОчки для плавания;серьёзный\n",
    "koi8-r": "Название;Тон\nКроссовки для бега Терра;дружелюбный\nОчки для плавания;серьёзный\n",
    "windows-1253": "Όνομα;Τόνος\nΠαπούτσια για τρέξιμο;φιλικός\nΓυαλιά κολύμβησης;σοβαρός\n",
    "windows-1254": "Ürün adı;Ton\nKoşu ayakkabısı;samimi\nYüzme gözlüğü şık;ciddi\n",
    "mac-roman": "Nom;Ton\nChaussure légère été;amical\nThé à la menthe, crème brûlée;gai\n",
    "cp932": "商品名,トーン\nテラ ランニングシューズ,親しみやすい\n水泳ゴーグル,まじめ\nヨガマット,楽しい\n",
    "euc-jp": "商品名,トーン\nテラ ランニングシューズ,親しみやすい\n水泳ゴーグル,まじめ\nヨガマット,楽しい\n",
    "gb18030": "产品名称,语气\n跑步鞋,友好\n游泳护目镜,专业\n瑜伽垫,活泼\n",
    "big5": "產品名稱,語氣\n跑步鞋,友好\n游泳護目鏡,專業\n瑜伽墊,活潑\n",
    "cp949": "상품명,어조\n러닝화,친근한\n수영 고글,진지한\n요가 매트,재미있는\n",
    "utf-8": "Produktname;Ton\nLaufschuh Höhenflug 😀;sachlich\n",
    "utf-8-sig": "Produktname;Ton\nLaufschuh Höhenflug 😀;sachlich\n",
    "utf-16": "Produktname;Ton\nLaufschuh Höhenflug 😀;sachlich\n",
    "utf-16-le": "Produktname;Ton\nLaufschuh Höhenflug 😀;sachlich\n",
    "utf-16-be": "Produktname;Ton\nLaufschuh Höhenflug 😀;sachlich\n",
    "utf-32": "Produktname;Ton\nLaufschuh Höhenflug 😀;sachlich\n",
}
FREE = agent(inputs=[{"name": "any", "type": "text", "required": False}])


@pytest.mark.parametrize("encoding", TEXTS)
async def test_the_encoding_of_a_file_is_found(encoding: str) -> None:
    text = TEXTS[encoding]
    rows, found = await read(text.encode(encoding), definition=FREE, sizes=[1, 2, 3, 5])
    delimiter = ";" if ";" in text else ","
    header, *lines = (line.split(delimiter) for line in text.splitlines())
    assert list(rows.columns) == header
    assert cells(found) == lines


async def test_two_typographic_signs_are_no_old_macintosh() -> None:
    rows, found = await read("Name,Tone\nBarker’s boot – men,friendly\n".encode("windows-1252"), definition=FREE)
    assert rows.facts.encoding == "windows-1252"
    assert cells(found) == [["Barker’s boot – men", "friendly"]]


async def test_a_byte_that_does_not_decode_later_is_a_bad_row() -> None:
    content = b"any,x\n" + b"Terra,1\n" * 50_000 + "Höhe,2\n".encode("windows-1252") + b"Aqua,3\n"
    rows, found = await read(content, definition=FREE)
    assert rows.facts.encoding == "utf-8"
    (bad,) = rows.bad.kept
    assert (bad.row, bad.line) == (50_001, 50_002)
    assert "the byte 0xF6 is no utf-8: save the file as UTF-8, or say its encoding" in bad.reason
    assert found[-1].problem is None


async def test_the_encoding_can_be_said() -> None:
    said = told("text/csv; charset=iso-8859-2")
    assert said == Told(Format.CSV, "iso8859-2")
    _, found = await read("any\nŻółw\n".encode("iso8859-2"), said, definition=FREE)
    assert cells(found) == [["Żółw"]]
    assert told("application/json; charset=latin-1").encoding is None


@pytest.mark.parametrize("name", ["no-such", "rot13", "hex", "unicode_escape", "utf-7", "idna", "a\0b", "\ud800"])
def test_what_is_no_encoding_of_files_is_refused(name: str) -> None:
    with pytest.raises(PressrunError, match="no encoding known here"):
        told("text/csv", encoding=name)


def test_a_mark_goes_before_what_is_said() -> None:
    assert find_encoding(codecs.BOM_UTF8 + b"x", "windows-1252").name == "utf-8"
    assert find_encoding(b"x", "windows-1252") == Encoding("windows-1252")


@settings(deadline=None)
@given(content=st.binary(max_size=300), sizes=st.lists(st.integers(1, 20), max_size=10))
def test_pieces_make_no_difference_and_every_byte_is_accounted_for(content: bytes, sizes: list[int]) -> None:
    """What decodes does so alike in any pieces; as UTF-8 it encodes back to the same bytes."""
    encoding = find_encoding(content)
    content = content[len(encoding.bom) :]

    def text(cuts: list[int]) -> str | None:
        decoder, at, found = Decoder(encoding), 0, ""
        try:
            for size in [*cuts, len(content)]:
                found += decoder.decode(content[at : at + size], final=False)
                at += size
            return found + decoder.decode(b"", final=True)
        except PressrunError:
            return None

    whole = text([])
    assert whole == text(sizes)
    if encoding.name == "utf-8":
        assert whole is not None
        assert whole.encode("utf-8", "surrogateescape") == content
