"""The file of notices: all mistakes are reported at once, with their places and what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.world import CONFIGS

from clusterflow.configs.notices import load_notices
from clusterflow.domain.notice import Group, Offset
from clusterflow.domain.terms import Urgency
from clusterflow.errors import Mistakes
from clusterflow.services.catalogue.metrics import metrics_in

SOUND = """dues:
  on: invoice.due
  about: {not: [micro]}
  ladder: [-15d, +1d, +60d]
  until: paid
  to: [member, {who: board, not: [government]}]
  escalate:
    +60d: [manager]
  template: overdue
"""


def mistakes(folder: Path, text: str) -> list[str]:
    (folder / "messages").mkdir(exist_ok=True)
    (folder / "messages" / "overdue.md").touch()
    file = folder / "notices.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        load_notices(file, ["government-seat-share"])
    except Mistakes as found:
        return [str(m).removeprefix(f"{file}:") for m in found.mistakes]
    return []


def test_the_shipped_file_is_valid() -> None:
    rules = {rule.id: rule for rule in load_notices(CONFIGS / "notices.yaml", metrics_in(CONFIGS))}
    dues = rules["dues-sme"]
    assert [str(step) for step in dues.ladder] == ["-15d", "+1d", "+30d", "+60d", "+90d"]
    assert [[a.group for a in dues.escalation_audiences(step)] for step in dues.ladder] == [
        [], [], [], [Group.MANAGER], [Group.MANAGER, Group.CHAIR],
    ]  # fmt: skip
    assert rules["finding-changed"].urgency is Urgency.DIGEST
    assert dues.escalation_audiences(Offset.parse("+59d")) == ()


def test_a_valid_file_has_no_mistakes(tmp_path: Path) -> None:
    assert mistakes(tmp_path, SOUND) == []


@pytest.mark.parametrize(
    ("instead", "written", "expected"),
    [
        ("on: invoice.due", "on: invoice.dew", "2:7: the occasion «invoice.dew» is unknown"),
        ("[-15d, +1d, +60d]", "[+1d, -15d, +60d]", "4:17: the step -15d is not later than +1d before it"),
        ("[-15d, +1d, +60d]", "[-15d, +1d, 1d, +60d]", "4:23: the step +1d is listed twice"),
        ("[-15d, +1d, +60d]", "[-15d, soon, +60d, 7]", "4:18: «soon» is not an offset; accepted: an offset from the"),
        ("[-15d, +1d, +60d]", "[]", "4:11: ladder: an empty list"),
        ("  ladder: [-15d, +1d, +60d]\n", "", "2:3: the occasion invoice.due has no ladder"),
        (
            "until: paid",
            "until: payed",
            "5:3: invoice.due has no stop condition «payed»; accepted: until: paid",
        ),
        ("  until: paid\n", "", "2:3: the key «until» is missing: what ends invoice.due; accepted: until: paid"),
        ("to: [member, {who: board, not: [government]}]", "to: []", "6:7: to: an empty list; accepted: a list of one"),
        ("to: [member,", "to: [membre,", "6:8: the audience «membre» is unknown"),
        ("to: [member,", "to: [voter,", "6:8: invoice.due concerns no voter; accepted: manager, office, board"),
        ("not: [government]", "not: [company], helix: [company]", "6:16: the audience board is empty"),
        ("not: [government]", "not: [goverment]", "6:34: the kind or size «goverment» is unknown"),
        ("+60d: [manager]", "+61d: [manager]", "8:11: the step «+61d» is not on the ladder; accepted: -15d, +1d, +60d"),
        ("+60d: [manager]", "late: [manager]", "8:11: «late» is not an offset"),
        ("+60d: [manager]", "+60d: []", "8:11: +60d: an empty list"),
        ("to: [member,", "to: [everyone,", "6:8: the audience «everyone» is unknown; accepted: manager, office, board"),
        ("to: [member, {who: board, not: [government]}]", "to: everyone", "6:7: to: «everyone»; accepted: a list"),
        ("  to: [member, {who: board, not: [government]}]\n", "", "2:3: the key «to» is missing; accepted: a list of"),
        ("not: [government]", "helix: []", "6:36: helix: an empty list; accepted: a list of: company"),
        ("not: [government]", "size: []", "6:35: size: an empty list; accepted: a list of: micro"),
        ("not: [government]", "not: []", "6:34: not: an empty list; accepted: a list of: company"),
        ("template: overdue", "template: gone", "9:13: there is no template messages/gone.md"),
        ("template: overdue", "template: overdue\n  escalated: gone", "10:14: there is no template messages/gone.md"),
        ("template: overdue", "template: overdue\n  urgency: now", "10:12: the urgency «now» is unknown"),
        (
            "template: overdue",
            "template: overdue\n  with: {percent: 5}",
            "10:19: invoice.due has no parameter «percent»",
        ),
        ("template: overdue", "template: overdue\n  level: 1", "10:3: the key «level» is not allowed beside «on»"),
        ("on: invoice.due", "event: gate.opened\n  on: invoice.due", "1:1: a moment has both an event and an occasion"),
        (
            "  on: invoice.due\n",
            "",
            "1:1: a moment has neither an event nor an occasion; accepted: exactly one of the keys event and on",
        ),
        ("on: invoice.due", "event: gate.opened", "3:3: the key «about» is not allowed beside «event»"),
        ("dues:", "Dues!:", "1:1: «Dues!»; accepted: lower case letters, digits and hyphens"),
        (
            "about: {not: [micro]}",
            "about: {not: [micro], size: [micro]}",
            "3:3: the filter excludes every organisation",
        ),
    ],
)
def test_a_mistake_is_reported(tmp_path: Path, instead: str, written: str, expected: str) -> None:
    assert instead in SOUND
    found = mistakes(tmp_path, SOUND.replace(instead, written))
    assert any(sentence.startswith(expected) for sentence in found), found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{event: gate.opened, to: [member], template: overdue}", "1:32: gate.opened concerns no member"),
        ("{event: gate.opened, level: 1, to: [board], template: overdue}", "1:27: gate.opened has no level"),
        ("{event: gate.opend, to: [board], template: overdue}", "1:14: the event «gate.opend» is unknown"),
        ("{event: finding.changed, metric: government-seats, to: [board], template: overdue}",
         "1:31: the metric «government-seats» is unknown; accepted: a metric of configs/metrics.yaml. The nearest"),
        ("{on: trust.fell, about: {size: [micro]}, ladder: [0d], to: [board], template: overdue}",
         "1:23: trust.fell concerns no organisation"),
        ("{on: trust.fell, until: paid, ladder: [0d], to: [board], template: overdue}",
         "1:23: trust.fell has no stop condition «paid»; accepted: no until"),
        ("{on: finding.ahead, until: prevented, ladder: [-30d], to: [board], template: overdue}",
         "1:44: finding.ahead has no ladder; accepted: no ladder: the lead time of the model says when"),
    ],
)  # fmt: skip
def test_a_mistake_in_another_kind_of_moment_is_reported(tmp_path: Path, text: str, expected: str) -> None:
    found = mistakes(tmp_path, f"one: {text}\n")
    assert any(sentence.startswith(expected) for sentence in found), found


def test_all_mistakes_of_a_file_are_reported_together(tmp_path: Path) -> None:
    wrong = SOUND.replace("-15d", "15").replace("[manager]", "[manger]").replace("until: paid", "untill: paid")
    found = mistakes(tmp_path, wrong + "\nother: {event: gate.opened, to: [], template: overdue}\n")
    assert [line.split(":")[0] for line in found] == ["4", "5", "8", "11"]
