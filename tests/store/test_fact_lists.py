"""Lists of facts have the same order and the same pages in both databases."""

from __future__ import annotations

from datetime import date

from support.world import World

from clusterflow.domain.records import RECORDS
from clusterflow.store.fact_lists import Cursor, FactQuery, list_facts

NAMES = ["Ábaco", "abedul", "Nube", "Nuz", "Ñandú", "Oso", "Zorro"]
"""In the order of a Spanish dictionary."""


def test_names_are_sorted_as_in_a_dictionary_searched_without_accents_and_read_page_by_page(database_url: str) -> None:
    world = World(database_url)
    world.record(
        *(f"organisation id=x{n} name={name} from=2024-01-05" for n, name in enumerate(NAMES)),
        *(f"membership initiative=one organisation=x{n} from=2024-01-0{1 + n}" for n in range(len(NAMES))),
        *("initiative id=one name=One country=ES from=2024-01-01",),
    )

    def found(**wanted: object) -> list[str]:
        query = FactQuery(record="membership", initiative="one", reader="", on=date(2024, 2, 1), **wanted)  # type: ignore[arg-type]
        pages: list[str] = []
        after: Cursor | None = None
        with world.context.reading() as connection:
            while True:
                page = list_facts(connection, query, 3, after)
                pages += [f.record.organisation for f in page.facts]  # type: ignore[attr-defined]
                after = page.last
                if after is None:
                    assert page.total == len(pages)
                    return pages

    ordered = [f"x{n}" for n in range(len(NAMES))]
    assert found(sort="organisation") == ordered
    assert found(sort="organisation", descending=True) == ordered[::-1]
    assert found(sort="valid_from", descending=True) == ordered[::-1]
    assert found(sort="founder") == ordered, "all are equal, so their entries decide"
    assert found(sort="valid_to") == ordered
    assert found(search="nandu") == ["x4"]
    assert found(search="ÁBACO") == ["x0"]
    assert found(search="100% _") == []


def test_a_position_in_another_order_is_the_first_page_in_every_order_of_every_type(database_url: str) -> None:
    world = World(database_url)
    world.enrol("one", "basque")
    positions: tuple[Cursor, ...] = (
        ("x", 1), (5, 1), (1.5, 1), (True, 1), (date(2024, 1, 1), 1), (10**30, 1), ("x", 10**30),
    )  # fmt: skip
    with world.context.reading() as connection:
        for record, cls in RECORDS.items():
            names = [n for n, f in cls.model_fields.items() if not f.exclude]
            for sort in (None, *names):
                day = date(2024, 2, 1)
                query = FactQuery(record=record, initiative="one", reader="", on=day, sort=sort, related=False)
                first = list_facts(connection, query, 3)
                assert all(list_facts(connection, query, 3, position).total == first.total for position in positions)
        seats = FactQuery(record="seat", initiative="one", reader="", on=date(2024, 2, 1))
        assert list_facts(connection, seats, 2, (5, 1)) == list_facts(connection, seats, 2)
        assert list_facts(connection, seats, 2, None, (date(2024, 1, 1), 1)) == list_facts(connection, seats, 2)
