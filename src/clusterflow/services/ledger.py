"""The ledger: reads, verifies and seals the chains of entries."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from clusterflow.domain.events import Entry
from clusterflow.domain.model_history import ModelHistory
from clusterflow.domain.seal import Seal, SealedChain
from clusterflow.engine import verify as verification
from clusterflow.engine.verify import Flaw, VerificationResult
from clusterflow.errors import UnknownName
from clusterflow.rules.mistakes import nearest
from clusterflow.services.context import Context
from clusterflow.services.local_time import end_of_day
from clusterflow.store import ledger
from clusterflow.store.model_history import model_history


def entries(
    context: Context, chain: str, after: int = 0, until: int | None = None, on: date | None = None
) -> tuple[Entry, ...]:
    """Return the ledger entries of an initiative in order; with ``on``, those up to the end of that day."""
    with context.reading() as connection:
        if not ledger.heads(connection, [chain]):
            raise _unknown(connection, chain)
        found = ledger.read_entries(connection, chain, after, until)
        if on is None:
            return tuple(found)
        end = end_of_day(connection, chain, on)
        return tuple(e for e in found if e.at <= end)


def models(context: Context, initiative: str) -> ModelHistory:
    """Return the models under which the entries of an enrolled initiative were written."""
    with context.reading() as connection:
        return model_history(connection, initiative)


def verify(context: Context, chain: str | None = None) -> list[VerificationResult]:
    """Verify one chain, or all of them: the hashes, the facts and the stored state.

    Raises:
        UnknownName: there is no such chain.
    """
    with context.reading() as connection:
        heads = ledger.heads(connection, None if chain is None else [chain])
        if chain is not None and not heads:
            raise _unknown(connection, chain)
        found = [verification.verify(connection, head) for head in heads]
        if chain is None:
            for flaw in verification.chains_without_head(connection):
                found.append(VerificationResult(chain=flaw.chain, entries=0, flaws=(flaw,)))
        return found


def seal(context: Context) -> Seal:
    """Return the ends of all chains at this moment."""
    with context.reading() as connection:
        heads = ledger.heads(connection)
    chains = (SealedChain(chain=h.chain, version=h.version, hash=h.hash) for h in heads)
    return Seal(made_at=context.clock(), chains=tuple(chains))


def compare_seal(context: Context, sealed: Seal) -> list[Flaw]:
    """Return what the ledger no longer holds as it did when the seal was made."""
    with context.reading() as connection:
        return list(verification.compare_seal(connection, sealed))


def first_break(context: Context, chain: str) -> int | None:
    """Return the first entry whose hash does not fit; ``None`` if all fit."""
    with context.reading() as connection:
        return ledger.first_break(connection, chain)


def _unknown(connection: Connection, chain: str) -> UnknownName:
    known = [h.chain for h in ledger.heads(connection)]
    return UnknownName("initiative in the ledger", chain, nearest(chain, known))
