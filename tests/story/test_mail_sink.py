"""The mailbox of the demonstration finds the one-time code in a mail."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

from clusterflow.demo.mail_sink import MailSink


def test_the_id_of_a_run_in_a_link_is_no_code(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["X-Clusterflow-Notice"] = "gate-ready:herramienta:37:amaia"
    mail.set_content(
        "Decide: http://127.0.0.1/runs/flow-run/a3638929-3324-4738-8d76-8e114007593b\n\nYour code: 5A5L-BVSH\n"
    )
    with MailSink(tmp_path) as sink, SMTP("127.0.0.1", sink.port) as client:
        client.send_message(mail, "clusterflow@demo.example", "amaia@agencia.example")
    assert [(c.initiative, c.version, c.person, c.code) for c in sink.codes] == [
        ("herramienta", 37, "amaia", "5A5L-BVSH")
    ]
