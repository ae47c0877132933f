"""Mails the links that sign people in. What writes and sends a mail is imported here, and not by the pages."""

from __future__ import annotations

from pathlib import Path

from clusterflow.domain.records.parties import Person
from clusterflow.domain.text import DEFAULT_LANGUAGE, NoticeLanguage
from clusterflow.notices.channels import MAIL, channels_of
from clusterflow.notices.delivery import Answer, Message, deliver
from clusterflow.notices.markup import link as markdown_link
from clusterflow.notices.render import render
from clusterflow.services.context import Context
from clusterflow.services.sign_in import LINK_LIFETIME, new_link
from clusterflow.settings import shipped_folder
from clusterflow.store.access import people_at

TEMPLATE = "sign-in"


def mail_links(
    context: Context, address: str, destination: str, site: str, reader_language: NoticeLanguage | None = None
) -> list[Answer]:
    """Mail a link to each person whose address this is; nothing is sent to an address that nobody has.

    Args:
        destination: the path of the page that opens after signing in.
        site: the web address of the door, without a slash at its end.
        reader_language: the language of a person who stated none.
    """
    with context.reading() as connection:
        people = people_at(connection, address, context.clock().date())
    return [_mail(context, person, destination, site, reader_language) for person in people]


def _mail(
    context: Context, person: Person, destination: str, site: str, reader_language: NoticeLanguage | None
) -> Answer:
    settings = context.settings
    channel = channels_of(settings).get(MAIL)
    if channel is None:
        return Answer(False, "no mail server is set: CLUSTERFLOW_MAIL")
    link = new_link(context, person.id, destination)
    address = f"{site}/sign-in/{link.secret}"
    language = person.language or reader_language or DEFAULT_LANGUAGE
    facts = {
        "person": person.name,
        "link": markdown_link(address),
        "minutes": int(LINK_LIFETIME.total_seconds()) // 60,
    }
    letter = render(_messages(settings.configs), TEMPLATE, language, facts, person.country)
    # The key of a message travels as a header, so it says nothing about the secret.
    message = Message(f"{TEMPLATE}:{context.new_id()}", letter.subject, letter.markdown, address, codes=(link.secret,))
    return deliver(MAIL, channel, settings.notices_to or person.email, message, settings.channel_plugins)


def _messages(configs: Path) -> Path:
    """The folder of the template: the office's own, or ours where a folder made by an older version has none."""
    own = configs / "messages"
    return own if (own / f"{TEMPLATE}.md").exists() else shipped_folder("configs") / "messages"
