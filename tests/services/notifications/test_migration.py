"""A person whose vote falls in a migration hears of it; the manager, the board and the office hear of the new model."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr
from support.mailbox import Mailbox
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.services.migration import migrate
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings


def test_a_voter_is_notified_of_the_vote_that_falls(sqlite_url: str, mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    former, new = stage("first", (), stated("first"), need=2), stage("first", (), stated("first"))
    w = World(sqlite_url, model(former), model(new, name="other"))
    w.context.settings = Settings(database=sqlite_url, configs=CONFIGS, mail=SecretStr(address), proof="none")
    w.record("office id=agency organisation=ministry name=Agency from=2020-01-01")
    w.enrol()
    w.record("initiative id=one office=agency from=2024-01-10")
    w.state_figure("first")
    w.evaluate()
    assert w.decide("first", by="mona").taken
    migrate(w.context, "other", initiative="one", by="gala", reason="a new model", language="en")
    Dispatcher(w.context).run()
    w.now += timedelta(days=1)
    Dispatcher(w.context).run()
    subjects = {(to.partition("@")[0], str(mail["Subject"])) for to, mail in box.mails}
    assert [who for who, subject in subjects if "counts no longer" in subject] == ["mona"]
    assert {who for who, subject in subjects if "«other»" in subject} == {"mona", "bruno", "gala"}
