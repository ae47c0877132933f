"""Records the files of the drop folder, and moves each to ``done/`` or ``refused/``."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from sqlalchemy.exc import SQLAlchemyError

from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.domain.text import Language, Text, harmless
from clusterflow.engine.submissions import Delivery, DeliveryResult
from clusterflow.errors import Mistake, NotPossible
from clusterflow.intake.drop_folder import DONE, REFUSED, DropFolder, Stamp, shown_name, size_of
from clusterflow.intake.submissions import delivered_file
from clusterflow.reports.translations import mistake_text
from clusterflow.services.context import Context
from clusterflow.services.intake import submissions
from clusterflow.services.intake.submissions import IntakeResult
from clusterflow.services.intake.workbook.dropped import is_workbook, read_delivery

PAUSE_SECONDS = 5.0
"""How long a file must stay unchanged before it is read."""

LARGEST_BYTES = 16 * 2**20
"""The largest file that is read."""

MOST_FILES = 200
MOST_BYTES = 64 * 2**20
"""The most files of one run, and their bytes; the next run reads the others."""

_log = logging.getLogger(__name__)


async def receive_files(context: Context, folder: DropFolder, pause_seconds: float = PAUSE_SECONDS) -> IntakeResult:
    """Record the files of a folder that nobody is writing to, and move each to ``done/`` or ``refused/``.

    A file is recorded before it is moved. After a crash in between, the next run recognises it by content, name and
    stamp.

    Raises:
        NotPossible: the folder cannot be read.
    """
    stamps = _first_files(await folder.stable_files(pause_seconds))
    run = _Run(context, folder, {shown_name(name): name for name in stamps}, stamps)
    run.problems += [_opened(shown_name(name), shown_name(lock)) for name, lock in folder.opened_files().items()]
    deliveries, workbooks = list[Delivery](), dict[str, bytes]()
    for shown, name in run.names.items():
        stamp = stamps[name]
        try:
            if size_of(stamp) > LARGEST_BYTES:
                deliveries.append(too_large(name, stamp))
                continue
            content = folder.read(name, stamp)
            if is_workbook(name, content):
                workbooks[shown] = content
            else:
                deliveries.append(delivered_file(shown, content))
        except NotPossible as problem:
            run.problems.append(str(problem))
    run.receive(deliveries)
    # A workbook is compared with the registry, so each one is read after the one before it is recorded.
    for shown, content in workbooks.items():
        try:
            delivery, marked_copy = read_delivery(context, shown, content)
        except SQLAlchemyError as problem:
            run.problems.append(f"{shown}: {str(problem).partition(chr(10))[0]}")
            continue
        except Exception as problem:
            # One file must not hold up the others, round after round.
            _log.exception("%s could not be read", shown)
            delivery, marked_copy = _unreadable(shown, content, problem), b""
        run.receive([delivery], marked_copy)
    return run.result()


def _first_files(stamps: Mapping[str, Stamp]) -> dict[str, Stamp]:
    """Return the files of one run: they are held in memory together."""
    chosen, total = dict[str, Stamp](), 0
    for name, stamp in islice(stamps.items(), MOST_FILES):
        total += size_of(stamp) if size_of(stamp) <= LARGEST_BYTES else 0
        if chosen and total > MOST_BYTES:
            break
        chosen[name] = stamp
    return chosen


def _unreadable(shown: str, content: bytes, problem: Exception) -> Delivery:
    source = f"file:{hashlib.sha256(content).hexdigest()}"
    found = f"clusterflow failed to read it ({type(problem).__name__}); the log holds the details"
    return Delivery(source, shown, "", mistakes=(Mistake(shown, found),))


def _opened(name: str, lock: str) -> str:
    return f"{name} is open in an office program and is left for the next run. If nobody has it open, delete {lock}"


@dataclass(slots=True)
class _Run:
    """Counts what happened to the files of one run."""

    context: Context
    folder: DropFolder
    names: Mapping[str, str]
    """The names of the files in the folder, by the names that messages show."""
    stamps: Mapping[str, Stamp]
    recorded: int = 0
    refused: int = 0
    repeated: int = 0
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def result(self) -> IntakeResult:
        return IntakeResult(
            recorded=self.recorded, refused=self.refused, repeated=self.repeated, problems=tuple(self.problems),
            doubts=tuple(self.doubts),
        )  # fmt: skip

    def receive(self, deliveries: Sequence[Delivery], marked_copy: bytes = b"") -> None:
        """Record deliveries and move their files; ``marked_copy`` is written beside a refused workbook."""
        dropped = [replace(d, drop=self._key(d.address)) for d in deliveries]
        for delivery, received in submissions.receive(self.context, dropped):
            if isinstance(received, str):
                self.problems.append(f"{delivery.address}: {received}")
            else:
                self._move(delivery.address, received, marked_copy)

    def _key(self, shown: str) -> str:
        name = self.names[shown]
        return drop_key(name, self.stamps[name])

    def _move(self, shown: str, received: DeliveryResult, marked_copy: bytes) -> None:
        refusal = submissions.refusal(self.context, received.refused) if received.refused else None
        is_refused = refusal is not None and refusal.state is not RefusalState.MENDED
        is_repeat = not is_refused and received.already is not None
        self.refused, self.repeated = self.refused + is_refused, self.repeated + is_repeat
        self.recorded += not is_refused and not is_repeat
        doubts = submissions.doubts_of(received, self.context.language)
        self.doubts += doubts
        note = harmless("".join(f"{doubt}\n" for doubt in doubts))
        if refusal and is_refused:
            note = refusal_note(refusal, self.context.language)
        target = REFUSED if is_refused else DONE
        try:
            name = self.names[shown]
            self.folder.move(name, self.stamps[name], target, note, marked_copy if is_refused else b"")
        except NotPossible as problem:
            self.problems.append(str(problem))


def drop_key(name: str, stamp: Stamp) -> str:
    """Return what tells one drop from another of the same content: 16 hexadecimal digits.

    Where the address gives no file times, drops of the same content differ only by name.
    """
    return hashlib.sha256(repr((name, *stamp)).encode()).hexdigest()[:16]


def too_large(name: str, stamp: Stamp) -> Delivery:
    """Return the delivery of a file that is refused unread, because of its size."""
    source = f"file:{drop_key(name, stamp)}"
    shown = shown_name(name)
    mistake = Mistake(shown, f"is larger than {LARGEST_BYTES // 2**20} MB", "", "Split it and drop the parts")
    return Delivery(source, shown, "", mistakes=(mistake,))


_NOTE = Text(
    es="No se registró nada de este archivo. Se rechazó con el número {number}. Corríjalo y déjelo otra vez, o use "
    "clusterflow intake show {number} y clusterflow intake retry {number}.",
    en="Nothing in this file was recorded. It was refused as #{number}. Either correct it and drop it again, or use "
    "clusterflow intake show {number} and clusterflow intake retry {number}.",
)


def refusal_note(refusal: Refusal, language: Language) -> str:
    """Return the text that is written beside a refused file: its mistakes, and how to correct them.

    The mistakes quote what others wrote, and people read the note in a terminal.
    """
    mistakes = (mistake_text(mistake, language) for mistake in refusal.mistakes)
    return harmless("\n".join([_NOTE.to(language).format(number=refusal.id), *mistakes, ""]))
