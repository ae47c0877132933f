"""The seal: a small text that states how far each chain of the ledger went at a moment, and its hash there.

The holder of a seal can show later that a chain was cut, rewritten or removed. The text can be checked without
clusterflow: its last line is the SHA-256 of the lines above it (docs/how-to/ledger.md).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from clusterflow.domain.text import ID, Frozen
from clusterflow.errors import Mistake, Mistakes, shortened

TITLE = "clusterflow seal 1"
_MADE = re.compile(r"made (\S+)")
_CHAIN = re.compile(rf"chain ({ID[1:-1]}) ([1-9][0-9]{{0,18}}) ([0-9a-f]{{64}})")
_END = re.compile(r"sha256 ([0-9a-f]{64})")
_CURE = "Use the file as clusterflow seal wrote it"


class SealedChain(Frozen):
    """The end of one chain when the seal was made."""

    chain: str
    version: int
    hash: str


class Seal(Frozen):
    """The ends of all chains at one moment."""

    made_at: datetime
    chains: tuple[SealedChain, ...]

    @property
    def text(self) -> str:
        """Return the text of the file."""
        lines = [TITLE, f"made {self.made_at.isoformat()}"]
        lines += [f"chain {c.chain} {c.version} {c.hash}" for c in self.chains]
        body = "".join(f"{line}\n" for line in lines)
        return f"{body}sha256 {_digest(body)}\n"

    @classmethod
    def parse(cls, text: str, source: str) -> Seal:
        """Read the text of a seal.

        Raises:
            Mistakes: the text is not a seal, or it was changed or cut off.
        """
        lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
        if lines[0] != TITLE:
            raise Mistakes(
                [
                    Mistake(
                        f"{source}:1", f"«{shortened(lines[0])}» is not the first line of a seal", f"«{TITLE}»", _CURE
                    )
                ]
            )
        body, end = "".join(f"{line}\n" for line in lines[:-1]), _END.fullmatch(lines[-1])
        if end is None or end[1] != _digest(body):
            found = "its last line is not the SHA-256 of the lines above, so it was changed or cut off"
            raise Mistakes([Mistake(source, found, cure=_CURE)])
        made = _MADE.fullmatch(lines[1])
        chains = [_CHAIN.fullmatch(line) for line in lines[2:-1]]
        wrong = [n for n, match in enumerate((made, *chains), 2) if match is None]
        if made is None or wrong:
            raise Mistakes([Mistake(f"{source}:{n}", "is not a line of a seal", cure=_CURE) for n in wrong])
        found_chains = (SealedChain(chain=c[1], version=int(c[2]), hash=c[3]) for c in chains if c)
        try:
            return cls(made_at=datetime.fromisoformat(made[1]), chains=tuple(found_chains))
        except ValueError:
            raise Mistakes([Mistake(f"{source}:2", f"«{shortened(made[1])}» is not a moment", cure=_CURE)]) from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
