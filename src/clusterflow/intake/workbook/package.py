"""The ZIP archive that an .xlsx or .ods file is, copied part by part within limits before a library reads it."""

from __future__ import annotations

import io
import zipfile

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.limits import LARGEST_UNPACKED, MOST_PARTS, Deadline, refused, too_large

_BLOCK = 2**18
_KEPT = (".xml", ".rels")


def copy_package(name: str, content: bytes, language: Language, deadline: Deadline) -> tuple[bytes, int]:
    """Return an archive with the XML parts, uncompressed, and the number of bytes that all parts unpack to.

    An archive may state sizes that are not true, hold two parts of one name, or unpack to gigabytes. A library that
    reads the copy finds only what was counted here.

    Raises:
        Mistakes: it is encrypted, or larger than the limits.
        zipfile.BadZipFile: it is damaged.
    """
    target, total = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(target, "w") as copy:
        parts = {info.filename: info for info in packed.infolist()}
        if len(parts) > MOST_PARTS:
            raise refused(name, "too_many_parts", language, most=MOST_PARTS)
        if sum(info.file_size for info in parts.values()) > LARGEST_UNPACKED:
            raise too_large(name, language, LARGEST_UNPACKED)
        for part, info in parts.items():
            if info.flag_bits & 1:
                raise refused(name, "password", language)
            if not part.lower().endswith(_KEPT) and part != "mimetype":
                continue
            with packed.open(info) as source, copy.open(part, "w") as sink:
                while block := source.read(_BLOCK):
                    total += len(block)
                    if total > LARGEST_UNPACKED:
                        raise too_large(name, language, LARGEST_UNPACKED)
                    sink.write(block)
                    deadline.check()
    return target.getvalue(), sum(info.file_size for info in parts.values())
