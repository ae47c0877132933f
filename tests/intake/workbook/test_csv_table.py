"""A .csv of Excel or LibreOffice is read as it was written; an encoding that cannot be determined is refused."""

from __future__ import annotations

import pytest

from clusterflow.errors import Mistakes
from clusterflow.intake.workbook.csv_table import read_csv
from clusterflow.intake.workbook.limits import Deadline

NAMES = [
    "Compañía Cafés Ñandú", "Construcción", "García Íñiguez", "María Ángeles", "Óscar Pérez", "Muñoz", "Cámara",
    "Río Bravo", "CLÚSTER AUTOMOTRIZ", "INGENIERÍA Y CONSTRUCCIÓN", "MUÑOZ", "ESPAÑA", "Bogotá", "Perú", "PERÚ",
    "Gràcia", "Associació", "Güell", "así", "está", "día", "Cía. Ltda.", "GARCÍA", "¡Sí!", "Núm. 3ª planta",
    "São Paulo", "Fundição", "Müller GmbH",
]  # fmt: skip
QUOTED = ["L’Hospitalet de Llobregat", "Pago 50 € – marzo", "Café “La Única”", "Col·legi"]


def has(encoding: str, name: str) -> bool:
    """Whether an encoding has every letter of a name."""
    return name.encode(encoding, "ignore").decode(encoding) == name


FOREIGN = [(name, encoding) for encoding in ("mac_roman", "cp850", "cp437") for name in NAMES if has(encoding, name)]


def read(content: bytes) -> list[list[str]]:
    return read_csv("m.csv", content, "en", Deadline("m.csv", "en"))


@pytest.mark.parametrize("name", [*NAMES, *QUOTED])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_name_comes_out_as_it_was_written(name: str, encoding: str) -> None:
    assert read(f"Empresa;Tipo\n{name};empresa\n".encode(encoding))[1] == [name, "empresa"]


@pytest.mark.parametrize(("name", "encoding"), FOREIGN)
def test_a_file_of_a_mac_or_of_ms_dos_is_refused_with_what_to_do(name: str, encoding: str) -> None:
    with pytest.raises(Mistakes, match=r"save it as «CSV UTF-8» or as \.xlsx"):
        read(f"Empresa;Tipo\n{name};empresa\n".encode(encoding))


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "above", ["", "Padrón de socios, 2025\n", "Padrón de socios; a marzo, abril y mayo\n\n", "sep={}\n", "SEP={}\r\n"]
)
def test_the_separator_is_that_of_the_table_whatever_stands_above_it(separator: str, above: str) -> None:
    quote = '"' if separator == "," else ""
    row = f"{quote}Aceros, S.A. de C.V.{quote}{separator}{quote}1.234,50{quote}{separator}pequeña\n"
    text = above.format(separator) + f"Organización{separator}Facturación{separator}Tamaño\n" + row * 3
    assert read(text.encode())[-1] == ["Aceros, S.A. de C.V.", "1.234,50", "pequeña"]


def test_a_separator_that_the_file_declares_for_excel_holds() -> None:
    assert read(b"sep=|\na;b|c;d\n") == [["a;b", "c;d"]]


def test_empty_cells_at_the_end_of_a_row_are_no_columns() -> None:
    assert read(b"a,b,,,\n1,2,,,\n") == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("content", [b"\xff\xfea", b"a\0b"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(Mistakes):
        read(content)
