"""The pseudonym of a person in the ledger: a digest of the person's id with a random salt.

The ledger holds the pseudonym, so its hashes vouch for who is meant. The salt lies beside the link to the person;
without it, nobody can find out the person by trying ids.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

_DIGITS = 20
"""80 bits: no other person and salt with the same pseudonym can be found."""
_VERIFIABLE = re.compile(rf"p-[0-9a-f]{{{_DIGITS}}}")


class Pseudonym(NamedTuple):
    """The link of a pseudonym to its person. Once the person was forgotten, it names itself and has no salt."""

    alias: str
    person: str
    salt: str | None = None

    @classmethod
    def of(cls, person: str, salt: str) -> Pseudonym:
        digest = hashlib.sha256(f"{salt} {person}".encode()).hexdigest()
        return cls(alias=f"p-{digest[:_DIGITS]}", person=person, salt=salt)

    @property
    def is_forgotten(self) -> bool:
        return self.person == self.alias and self.salt is None

    @property
    def is_sound(self) -> bool:
        """Whether it belongs to this person, as far as that can be checked: earlier versions drew random digits."""
        if self.salt is not None:
            return Pseudonym.of(self.person, self.salt).alias == self.alias
        return self.is_forgotten or _VERIFIABLE.fullmatch(self.alias) is None
