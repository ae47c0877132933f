"""What people say about themselves: language, time zone, digest day and channels; and what was sent to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Channel
from clusterflow.engine.record import Submission
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.store.registry import current
from clusterflow.store.sent_notices import SentNotice, notices_to

PREFERENCES = ("language", "timezone", "digest_day")
"""The fields of a person that the person sets."""

PAGE = 20
"""The most notices on one page."""


def change_preferences(context: Context, person: str, values: Mapping[str, str | None], actor: str) -> None:
    """Record the preferences of a person; None makes one unknown.

    Raises:
        Mistakes: a value is not accepted.
    """
    fields = {name: values[name] for name in PREFERENCES if name in values}
    registry.record(context, [Submission("person", {"id": person, **fields}, "")], actor)


def channels_of_person(context: Context, person: str) -> Sequence[Channel]:
    """The channels of a person, in the order in which they are tried; none means e-mail."""
    today = context.clock().date()
    with context.reading() as connection:
        found: list[Channel] = current(connection, Channel, REGISTRY, today, person=person)
    return sorted((c for c in found if c.valid_to is None or c.valid_to >= today), key=lambda c: (c.rank, c.channel))


def channel_names(context: Context) -> Sequence[str]:
    """The channels of the office."""
    # Start-up time of the web pages: Apprise takes a tenth of it.
    from clusterflow.notices.channels import channels_of  # noqa: PLC0415

    return sorted(channels_of(context.settings))


def may_change_channels(context: Context) -> bool:
    """Whether people may change their channels themselves.

    Where the one-time code proves a vote, they may not: who has stolen a session could have the code sent elsewhere.
    """
    return context.settings.proof != "code"


def change_channel(
    context: Context, person: str, channel: str, address: str | None, rank: int | str | None, actor: str
) -> None:
    """Record a channel of a person from today.

    Raises:
        Mistakes: a value is not accepted.
    """
    fields = {
        "person": person, "channel": channel, "address": address, "rank": rank,
        "valid_from": context.clock().date().isoformat(),
    }  # fmt: skip
    registry.record(context, [Submission("channel", fields, "")], actor)


def remove_channel(context: Context, person: str, channel: str, actor: str) -> None:
    """Withdraw a channel of a person."""
    submission = Submission("channel", {"person": person, "channel": channel}, "", retract=True)
    registry.record(context, [submission], actor)


def notices_of(context: Context, person: str, before: int | None = None) -> tuple[Sequence[SentNotice], int | None]:
    """One page of what was sent to a person, the newest first, and the number before which the next page begins."""
    with context.reading() as connection:
        found = notices_to(connection, person, before, PAGE + 1)
    return found[:PAGE], found[PAGE - 1].number if len(found) > PAGE else None
