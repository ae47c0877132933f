"""Facts that name what the office does not have: a rulebook, a rule of it, a dues scheme, an office; or a cut-off that
fits no rule. Each door refuses them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.world import World, model, stage

from clusterflow.engine.submissions import Delivery
from clusterflow.errors import Mistakes
from clusterflow.services.intake import submissions
from clusterflow.services.rulebooks import judge
from clusterflow.services.what_if import what_if


@pytest.fixture
def world(sqlite_url: str) -> World:
    made = World(sqlite_url, model(stage("first")))
    made.enrol()
    return made


def recorded(world: World, line: str) -> str:
    world.record(line)
    return ""


def supposed(world: World, line: str) -> str:
    what_if(world.context, "one", [world.submission(line)])
    return ""


def delivered(world: World, line: str) -> str:
    delivery = Delivery(source="event", address="event", payload=line, submissions=[world.submission(line)])
    ((_, result),) = submissions.receive(world.context, [delivery])
    assert not isinstance(result, str)
    assert result.refused is not None
    raise Mistakes(submissions.refusal(world.context, result.refused).mistakes)


def tried_again(world: World, line: str) -> str:
    """A refused delivery of something else, corrected with the line."""
    wrong = Delivery(source="event", address="event", payload="{}", submissions=[world.submission("nothing a=b")])
    ((_, result),) = submissions.receive(world.context, [wrong])
    assert not isinstance(result, str)
    record, *words = line.split(" ")
    fields = dict(word.split("=", 1) for word in words)
    submissions.retry(world.context, result.refused or 0, text=json.dumps({"record": record, **fields}), where="text")
    return ""


DOORS = (recorded, supposed, delivered, tried_again)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "label initiative=one name=X rulebook=spain-aie from=2024-01-01",
            "no rulebook is called «spain-aie»; accepted: catalonia-accio, eccp, esca-gold, hungary-accredited, "
            "poland-key-cluster, spain-aei. The nearest: spain-aei",
        ),
        (
            "waiver initiative=one rulebook=nowhere rule=x granted_by=me reason=why from=2024-01-01",
            "no rulebook is called «nowhere»; accepted: catalonia-accio, eccp, esca-gold, hungary-accredited, "
            "poland-key-cluster, spain-aei. Put its file into configs/rulebooks first",
        ),
        (
            "waiver initiative=one rulebook=eccp rule=helix-kind granted_by=me reason=why from=2024-01-01",
            "the rulebook «eccp» has no rule called «helix-kind»; accepted: committed-members, helix-kinds, "
            "management-fte. The nearest: helix-kinds",
        ),
        (
            "cut-off rulebook=esca-gold rule=indicator-99 bound=>=3 from=2024-01-01",
            "the rulebook «esca-gold» has no open cut-off called «indicator-99»",
        ),
        (
            "cut-off rulebook=esca-gold rule=indicator-01 bound=>=3years from=2024-01-01",
            "the bound «>=3years» does not fit a metric in share; accepted: a percentage or a fraction",
        ),
        (
            "dues-adoption initiative=one scheme=galicia-sports from=2024-01-01",
            "no dues scheme is called «galicia-sports»; accepted: galicia-sport. The nearest: galicia-sport",
        ),
        (
            "initiative id=one office=nowhere from=2024-01-10",
            "no office is called «nowhere». Record the office first, or in the same file",
        ),
    ],
)
def test_every_door_refuses_what_the_office_does_not_have(
    world: World, door: Callable[[World, str], str], line: str, found: str
) -> None:
    with pytest.raises(Mistakes) as refusal:
        door(world, line)
    assert found in str(refusal.value)


def test_the_refusal_comes_with_all_other_mistakes(world: World) -> None:
    with pytest.raises(Mistakes) as refusal:
        world.record(
            "label initiative=one name=X rulebook=nowhere from=2024-01-01",
            "membership initiative=one organisation=nobody from=2024-01-01",
        )
    assert len(refusal.value.mistakes) == 2


def test_a_label_whose_rulebook_is_gone_can_be_ended_and_retracted(world: World, tmp_path: Path) -> None:
    configs = tmp_path / "configs"
    shutil.copytree(world.context.settings.configs, configs)
    world.context.settings = world.context.settings.model_copy(update={"configs": configs})
    world.record("label initiative=one name=X rulebook=eccp from=2023-01-01")
    (configs / "rulebooks" / "eccp.yaml").unlink()
    assert world.record("label initiative=one name=X to=2023-12-31").corrected == 1
    assert world.record("label initiative=one name=X rulebook=eccp from=2023-01-01 retract=true").retracted == 1


def test_an_adoption_whose_scheme_is_gone_can_be_ended_and_retracted(world: World) -> None:
    adopted = "dues-adoption initiative=one scheme=galicia-sport from=2024-01-01"
    world.record(adopted)
    world.context.schemes = {}
    assert world.record("dues-adoption initiative=one scheme=galicia-sport to=2024-12-31").corrected == 1
    assert world.record(f"{adopted} retract=true").retracted == 1


def test_a_cut_off_that_fits_no_more_is_told_in_both_languages(world: World, tmp_path: Path) -> None:
    configs = tmp_path / "configs"
    shutil.copytree(world.context.settings.configs, configs)
    world.context.settings = world.context.settings.model_copy(update={"configs": configs})
    world.record("cut-off rulebook=esca-gold rule=indicator-01 bound=>=60% from=2024-01-01")
    (gold,) = judge(world.context, "one", "esca-gold", language="en")
    assert gold.unusable_cut_offs == ()
    file = configs / "rulebooks" / "esca-gold.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("metric: stated-share\n        with: {metric: esca-gold-01}", "metric: members", 1)
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    sentences = [judge(world.context, "one", "esca-gold", language=one)[0].unusable_cut_offs for one in ("en", "es")]
    assert sentences == [
        ("The cut-off «>=60%» entered for indicator-01 cannot be used. Accepted: >= 15.",),
        ("El umbral registrado «>=60%» de indicator-01 no se puede usar. Se acepta: >= 15.",),
    ]
