"""A Catalan initiative, plant-based food: first the strategy, last the legal entity.

What happens: the vision passes under the condition that two founders sign by a date; one of them signs in time. A firm
that was entered twice is removed. A delegate changes. At the last gate two people must agree, and the second one takes
her time. A gate that nobody decides in time closes again. People, firms and institutions are invented.
"""

from __future__ import annotations

from clusterflow.demo.story import Calendar, Story
from clusterflow.demo.story_writer import Chronicle
from clusterflow.domain.terms import DecisionKind


def story(calendar: Calendar) -> Story:
    tell, day = Chronicle("vegetal-cat", "catalan", prefix="cat", currency="EUR"), calendar.day
    _core(tell, calendar)
    _strategy(tell, calendar)
    _vision(tell, calendar)
    _groups(tell, calendar)
    _twenty_companies(tell, calendar)
    return tell.story(
        day(3, 5),
        "Clúster de Alimentos Vegetales de la Plana",
        country="ES",
        subdivision="ES-CT",
        place="Vilafosca, Girona",
        sector="Alimentación vegetal",
        timezone="Europe/Madrid",
        language="es",
        office="agencia",
    )


def _core(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.office(day(3, 5), "agencia", "Agencia de Competitividad de Vilafosca")
    tell.person(day(3, 5), "montse", "Montserrat Pujolar Vidal", "agencia", "Programa de clústeres")
    for org, name, size, speaker in (
        ("legumbres", "Legums del Ter Vell S.L.", "medium", ("arnau", "Arnau Casadellà Prat")),
        ("bebidas", "Begudes Civada Clara S.A.", "large", ("laia", "Laia Rocafort Mas")),
        ("harinas", "Farines Molí d'en Brugat S.L.", "small", ("pol", "Pol Vilamitjana Serra")),
        ("aceites", "Olis Serrallonga Nova S.L.", "small", ("gemma", "Gemma Torrentó Coll")),
        ("quesos", "Formatges Vegetals Lluerna S.L.", "micro", ("biel", "Biel Sadurní Font")),
    ):
        tell.member(day(3, 14), org, name, size, speaker=speaker, founder=True)
    tell.member(
        day(4, 3),
        "universidad",
        "Universitat de la Plana Alta",
        helix="academia",
        speaker=("clara", "Clara Dalmases Riu"),
        founder=True,
        language="en",
    )
    for number, (org, name, size) in enumerate(
        (
            ("setas", "Bolets de Roca Negra S.L.", "small"),
            ("frutos", "Fruits Secs Vall Llarga S.A.", "medium"),
            ("envases", "Envasos Compost Blau S.L.", "small"),
            ("hornos", "Forns Industrials Tramuntana S.L.", "medium"),
        )
    ):
        tell.member(day(4, 8 + 5 * number), org, name, size)
    # One firm is entered a second time under its brand. A month later the entry is retracted.
    tell.member(day(4, 25), "civada", "Civada Clara", "large")
    tell.fact(day(4, 25), "membership", entered=day(5, 12), retract=True, organisation=tell.full("civada"))
    tell.survey(day(5, 8), invited=10, answers=7, mean=3.7)
    tell.go("critical-mass", "laia", "Diez empresas e instituciones para empezar el análisis.", not_before=day(5, 1))


def _strategy(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.body(day(6, 2), "plenario", "assembly", "Plenario de empresas")
    tell.meeting(day(6, 9), "plenario", "arnau laia pol gemma biel clara")
    tell.meeting(day(8, 9), "plenario", "arnau laia pol clara", absent="gemma biel")
    tell.objective(day(8, 20), "proteina", "Proteína vegetal propia en los productos", "%", 18, 50)
    tell.objective(day(8, 20), "mercado", "Ventas en el norte de Europa", "M EUR", 12, 40)
    tell.fact(day(9, 6), "strategy", id="plan", title="Plan de acción vegetal", horizon=day(9 + 48, 5))
    tell.go("strategy", "arnau", "El análisis señala el camino y el plan tiene metas.", door="cli")


def _vision(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.document(day(11, 4), "vision", "purpose-statement", "Visión: lo vegetal como primera opción")
    tell.document(day(11, 4), "carta", "charter", "Carta de la visión")
    tell.signs(day(11, 4), "carta", "legumbres bebidas harinas universidad")
    # Two founders still need internal approval. The office and a founder decide a conditional go, with a date.
    tell.opens_by_hand(day(13, 10), "common-purpose")
    tell.decides(
        "common-purpose",
        "montse",
        DecisionKind.CONDITIONAL_GO,
        "La visión es compartida; que firme al menos uno de los dos fundadores que faltan.",
        due_all=day(16, 15),
    )
    tell.decides(
        "common-purpose",
        "laia",
        DecisionKind.CONDITIONAL_GO,
        "La visión es de las empresas; los dos que faltan ya lo han llevado a su consejo.",
        due_all=day(16, 15),
        door="cli",
    )
    tell.signs(day(15, 8), "carta", "aceites")


def _groups(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.person(day(14, 2), "oriol", "Oriol Bassegoda Roig", "frutos")
    tell.person(day(14, 2), "julia", "Júlia Camprubí Soler", "setas")
    tell.committee(day(14, 6), "proteinas", "Grupo de proteínas", "laia", "clara julia pol", objective="proteina")
    tell.committee(day(14, 6), "exportacion", "Grupo de exportación", "arnau", "oriol biel", objective="mercado")
    for month in (14, 16):
        tell.meeting(day(month, 11), "proteinas", "laia clara julia", absent="pol")
        tell.meeting(day(month, 15), "exportacion", "arnau oriol biel")
    # The maker of oat drinks sends another person: a new face, but no lost firm.
    tell.takes_over(day(17, 3), "joana", "Joana Mirambell Gual", before="laia")
    tell.ends(day(17, 2), "seat", body="proteinas", person=tell.full("laia"))
    tell.seat(day(17, 3), "proteinas", "joana", "chair")
    for month in (17, 19, 21, 23, 25, 27, 29):
        tell.meeting(day(month, 11), "proteinas", "joana clara julia pol")
    for month in (17, 19):
        tell.meeting(day(month, 15), "exportacion", "arnau oriol biel")
    tell.fact(day(17, 20), "project", id="guisante", title="Ensayo común de guisante proteico", objective="proteina")
    tell.go("committees", "joana", "Los grupos ponen en práctica el plan.", not_before=day(18, 1))


def _twenty_companies(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    newcomers = (
        ("pastas", "Pastes Ventós S.L.", "small"),
        ("tofu", "Tofu Estany Rodó S.L.", "micro"),
        ("salsas", "Salses Pebrot Roig S.L.", "small"),
        ("platos", "Plats Cuinats Mestral S.A.", "medium"),
        ("algas", "Algues Cala Morisca S.L.", "micro"),
        ("aromas", "Aromes Farigola S.L.", "small"),
        ("helados", "Gelats Neu Verda S.L.", "small"),
        ("maquinaria", "Maquinària Pont Trencat S.A.", "medium"),
        ("logistica", "Logística Freda Empúries Nova S.A.", "large"),
        ("ingredientes", "Ingredients Vall d'Argila S.L.", "small"),
        ("semillas", "Llavors Terra Bruna S.L.", "small"),
        ("snacks", "Aperitius Cruixents Garrotxa Nova S.L.", "small"),
    )
    for number, (org, name, size) in enumerate(newcomers):
        tell.member(day(19 + number // 2, 6 + 12 * (number % 2)), org, name, size)
    tell.person(day(21, 2), "roser", "Roser Planagumà Vila", "platos")
    for month in (21, 23, 25, 27, 29):
        tell.meeting(day(month, 15), "exportacion", "arnau oriol biel roser")
    # One of the first members closes down. With another new member there are twenty again.
    tell.leaves(day(20, 20), "hornos")
    tell.organisation(day(21, 5), "asociacion", "Associació Plana Vegetal", "civil-society")
    tell.person(day(21, 5), "nuria", "Núria Bofarull Camps", "asociacion", "Gerencia")
    tell.body(day(22, 4), "junta", "board", "Junta directiva")
    tell.seat(day(22, 4), "junta", "arnau", "chair")
    for person in ("joana", "pol", "gemma", "clara"):
        tell.seat(day(22, 4), "junta", person)
    tell.body(day(22, 9), "gerencia", "management", "Gerencia")
    tell.seat(day(22, 9), "gerencia", "nuria", "manager")
    tell.fact(day(22, 9), "staff", person=tell.full("nuria"), fte=1.0, manager=True)
    tell.dues(day(23, 2), large=4000, medium=2200, small=900, micro=300)
    tell.fact(
        day(23, 16),
        "legal-entity",
        name="Associació Plana Vegetal",
        form="association",
        personality=True,
        non_profit=True,
        in_region=True,
    )
    tell.go("institutionalization", "arnau", "Veinte empresas y una gobernanza propia.", door="cli")
    tell.go("institutionalization", "gemma", "Consultado en casa: de acuerdo.", not_before=day(26, 1))
    # With a second joint project the gate of the operation is ready. The board waits two months; by then the first
    # project is more than a year old, and the gate closes again.
    tell.fact(day(27, 8), "project", id="sello", title="Envase común compostable", objective="mercado")
    tell.budget(day(27, 12), "anual", running_cost=140000, secured=150000)
