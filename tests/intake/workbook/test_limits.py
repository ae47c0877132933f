"""A workbook is measured before a library reads it: bytes, parts, rows, columns, cells and seconds have limits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from support.workbooks import ods, xlsx

from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.workbook import package, reader
from clusterflow.intake.workbook.csv_table import read_csv
from clusterflow.intake.workbook.drafts import read_tables
from clusterflow.intake.workbook.headings import recognize_sheets
from clusterflow.intake.workbook.limits import Deadline
from clusterflow.intake.workbook.reader import open_book
from clusterflow.services.intake.workbook.plan import Answers, plan_import
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot

ROWS = [("Organización", "Alta"), ("Aceros", "2025-03-04"), ("Textiles", "2025-03-04")]
SOUND = xlsx({"Miembros": ROWS})


def refusal(name: str, content: bytes, deadline: Deadline | None = None) -> str:
    with pytest.raises(Mistakes) as caught:
        open_book(name, content, "en", deadline)
    return str(caught.value)


def repacked(change: Callable[[str, bytes], bytes], content: bytes = SOUND) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in packed.namelist():
            copy.writestr(part, change(part, packed.read(part)))
    return target.getvalue()


def strict(part: str, content: bytes) -> bytes:
    """As Excel saves «Strict Open XML»: the same elements in other namespaces."""
    for old, new in (
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ):
        content = content.replace(old, new)
    return content


def test_a_long_text_that_many_cells_share_is_counted_as_often_as_it_is_shown() -> None:
    def share(part: str, content: bytes) -> bytes:
        return content.replace(b't="inlineStr"><is><t>Aceros</t></is>', b't="s"><v>0</v>')

    table = [("Organización", "Alta"), *[("Aceros", "2025-03-04")] * 2000]
    content = io.BytesIO(repacked(share, xlsx({"Miembros": table})))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b"<sst><si><t>%s</t></si></sst>" % (b"A" * 100_000))
    assert len(content.getvalue()) < 100_000
    assert "unpacks to more than 128 MB" in refusal("m.xlsx", content.getvalue())


def with_far_cell(address: bytes) -> Callable[[str, bytes], bytes]:
    def put(part: str, content: bytes) -> bytes:
        row = address.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        far = b'<row r="%s"><c r="%s"><v>1</v></c></row></sheetData>' % (row, address)
        return content.replace(b"</sheetData>", far)

    return put


@pytest.mark.parametrize("dialect", [lambda _, content: content, strict])
@pytest.mark.parametrize(
    ("address", "sentence"),
    [(b"A1048576", "reaches to row 1048576; 30000 are read"), (b"XFD3", "reaches to column 16384; 600 are read")],
)
def test_a_stray_cell_is_found_before_a_reader_opens_the_workbook(
    dialect: Callable[[str, bytes], bytes], address: bytes, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "CalamineWorkbook", None)
    assert sentence in refusal("m.xlsx", repacked(with_far_cell(address), repacked(dialect)))


def test_what_is_only_formatted_reaches_nowhere() -> None:
    def put(part: str, content: bytes) -> bytes:
        return content.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')

    assert len(open_book("m.xlsx", repacked(put), "en").sheets[0].rows) == 3


def test_a_size_that_the_archive_states_falsely_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader gets what was unpacked and counted here, whatever sizes the archive declares."""
    read_contents: list[bytes] = []
    original = reader.CalamineWorkbook.from_filelike

    class Spy:
        @staticmethod
        def from_filelike(file: io.BytesIO) -> object:
            read_contents.append(file.getvalue())
            return original(io.BytesIO(file.getvalue()))

    monkeypatch.setattr(reader, "CalamineWorkbook", Spy)
    open_book("m.xlsx", SOUND, "en")
    with zipfile.ZipFile(io.BytesIO(read_contents[0])) as packed:
        assert all(info.compress_type == zipfile.ZIP_STORED for info in packed.infolist())
        assert all(info.filename.endswith((".xml", ".rels")) for info in packed.infolist())


def test_parts_and_unpacked_bytes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_PARTS", 3)
    assert "holds more than 3 files" in refusal("m.xlsx", SOUND)
    monkeypatch.setattr(package, "MOST_PARTS", 2000)
    monkeypatch.setattr(package, "LARGEST_UNPACKED", 2**10)
    assert "unpacks to more than 0 MB" in refusal("m.xlsx", SOUND)


@pytest.mark.parametrize("name", ["m.xlsx", "m.ods", "m.csv"])
def test_every_format_is_limited_in_bytes_rows_and_columns(name: str) -> None:
    make = {"m.xlsx": xlsx, "m.ods": ods}.get(name)

    def content(rows: list[tuple[str, ...]]) -> bytes:
        return make({"Miembros": rows}) if make else "\n".join(",".join(row) for row in rows).encode()

    assert len(open_book(name, content(ROWS), "en").sheets[0].rows) == 3
    assert "reaches to column 601; 600 are read" in refusal(name, content([*ROWS, ("x",) * 601]))
    start = b"PK" if make else b"a,"
    assert "is larger than" in refusal(name, start + b"x" * (17 * 2**20))


def test_rows_are_counted_while_they_are_read() -> None:
    with pytest.raises(Mistakes, match="reaches to row > 30000"):
        read_csv("m.csv", b"a,b\n" * 30_001, "en", Deadline("m.csv", "en"))
    with pytest.raises(Mistakes, match="reaches to row > 30000"):
        read_csv("m.csv", b"\n" * 130_000, "en", Deadline("m.csv", "en"))


class Clock:
    """A clock that runs a minute at each look."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 60
        return self.seconds


@pytest.mark.parametrize("name", ["m.xlsx", "m.ods", "m.csv"])
def test_every_format_is_limited_in_seconds(name: str) -> None:
    content = {"m.xlsx": SOUND, "m.ods": ods({"Miembros": ROWS}), "m.csv": b"a,b\n" * 5000}[name]
    deadline = Deadline(name, "en", seconds=100, now=Clock())
    assert "takes more than 100 seconds to read" in refusal(name, content, deadline)


def test_the_comparison_is_limited_in_seconds() -> None:
    tables, _ = recognize_sheets(open_book("m.xlsx", SOUND, "es"), "es")
    read = read_tables(tables, "es", lambda _: None)
    check = Deadline("m.xlsx", "es", seconds=100, now=Clock()).check
    with pytest.raises(Mistakes, match="tarda más de 100 segundos"):
        plan_import(read, RegistrySnapshot("MX"), "one", date(2025, 3, 4), Answers(), check)


def test_a_part_that_declares_a_document_type_is_refused() -> None:
    def declare(part: str, content: bytes) -> bytes:
        if not part.endswith("sheet1.xml"):
            return content
        return b"<!DOCTYPE x>" + content

    assert "is damaged or incomplete: it declares a document type" in refusal("m.xlsx", repacked(declare))


@pytest.mark.parametrize("part", range(40))
def test_a_damaged_workbook_ends_in_a_sentence(part: int) -> None:
    cut = len(SOUND) * part // 40
    broken = SOUND[:cut] + b"\x00\xff" + SOUND[cut + 2 :]
    mistakes: tuple[Mistake, ...] = ()
    try:
        open_book("m.xlsx", broken, "en")
    except Mistakes as refused:
        mistakes = tuple(refused.mistakes)
        assert mistakes
    assert all(mistake.where and mistake.found for mistake in mistakes)
