"""Small documents of every kind, made by the test."""

import io
import zipfile
import zlib
from email.message import EmailMessage

import docx
import openpyxl
import pptx
from openpyxl.worksheet.worksheet import Worksheet
from pptx.util import Inches


def word(*paragraphs: str, table: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """A document with a table at its end."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, texts in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return saved(document)


def slides(*texts: str, notes: str = "") -> bytes:
    """A presentation."""
    presentation = pptx.Presentation()
    for text in texts:
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.text = text
        if notes:
            frame = slide.notes_slide.notes_text_frame
            assert frame is not None
            frame.text = notes
    return saved(presentation)


def workbook(**sheets: list[list[object]]) -> bytes:
    """An xlsx."""
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        assert isinstance(sheet, Worksheet)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    return saved(book)


def saved(document: "docx.document.Document | pptx.presentation.Presentation | openpyxl.Workbook") -> bytes:
    """What a library writes."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def mail(body: str, html: str = "") -> bytes:
    """A message with an attachment."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ann@example.com", "bob@example.com", "Grüße"
    if body:
        message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html") if body else message.set_content(html, subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="plan.pdf")
    return message.as_bytes()


def pdf(*pages: str, count: int | None = None, content: bytes | None = None, filters: str = "") -> bytes:
    """A PDF; `count` is what it says of its length, `content` stands for the drawing of each page."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for text in pages:
        drawing = content if content is not None else f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
        extra = f"/Filter {filters} ".encode() if filters else b""
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (extra, len(drawing), drawing))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 %s >> >> >>" % (len(objects), font)
        )
        kids.append(len(objects))
    said = len(pages) if count is None else count
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, said)
    return _numbered(objects)


def _numbered(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def nested_flate(size: int, layers: int) -> bytes:
    """Zeros, compressed over and over."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * 2**20) for _ in range(size // 2**20)) + packer.flush()
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


def archive(parts: dict[str, bytes]) -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return buffer.getvalue()


def changed(document: bytes, name: str, data: bytes) -> bytes:
    """An archive with one part replaced."""
    with zipfile.ZipFile(io.BytesIO(document)) as there:
        parts = {entry: there.read(entry) for entry in there.namelist()}
    return archive({**parts, name: data})
