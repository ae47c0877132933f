"""A migration is reported to those whom it concerns: what it keeps, what opens, and that votes fell."""

from __future__ import annotations

from engine.test_migration import OLD, OTHER, begin, go
from pydantic import SecretStr
from support.mailbox import Mailbox
from support.world import CONFIGS, World

from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings


def text_of(box: Mailbox, to: str, subject: str) -> str:
    (mail,) = [m for address, m in box.mails if address.startswith(f"{to}@") and subject in str(m["Subject"])]
    return str(mail.get_body(("plain",)).get_content()).replace("\r", "")  # type: ignore[union-attr]


def test_board_deciders_and_voters_hear_of_it(database_url: str, mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    w = begin(lambda *models: World(database_url, *models), OLD, OTHER)
    w.context.settings = Settings(database=database_url, configs=CONFIGS, mail=SecretStr(address), proof="none")
    w.state_figure("b", 0)
    w.evaluate()
    w.state_figure("b")
    w.evaluate()
    w.decide("plan")
    w.at("2024-02-05")
    Dispatcher(w.context).run()
    box.mails.clear()
    go(w)
    sent = Dispatcher(w.context).run()
    assert sent.problems == ()
    w.at("2024-02-07")
    assert Dispatcher(w.context).run().problems == ()
    letter = text_of(box, "mona", "it goes on under the model «other»")
    assert "the program has a new model" in letter
    assert "«mass»: its milestone of 2024-01-10 is carried over to «people»" in letter
    assert "«house»: opens, because no stage of the former model passes to it" in letter
    spanish = text_of(box, "bruno", "continúa con el modelo «other»")
    assert "«house»: se abre, porque ninguna etapa del modelo anterior pasa a esta" in spanish
    fell = text_of(box, "mona", "your vote at gate 2 counts no longer")
    assert text_of(box, "gala", "la puerta 2 se cerró porque cambió el modelo")
    assert "the initiative passed to another model and" in fell.replace("\n", " ")


def test_a_gate_that_opens_again_under_the_new_model_is_told_as_that_of_the_new_model(
    database_url: str, mailbox: tuple[Mailbox, str]
) -> None:
    box, address = mailbox
    w = begin(lambda *models: World(database_url, *models), OLD, OTHER)
    w.context.settings = Settings(database=database_url, configs=CONFIGS, mail=SecretStr(address), proof="none")
    w.at("2024-02-05")
    Dispatcher(w.context).run()
    box.mails.clear()
    go(w)
    assert Dispatcher(w.context).run().problems == ()
    text_of(box, "gala", "la puerta 2 se cerró porque cambió el modelo")
    letter = text_of(box, "gala", "la puerta 3 está lista para decidir")
    assert "clusterflow decide one plan go --by gala" in letter
