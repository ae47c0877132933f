"""A Colombian hybrid, cosmetics, inside a chamber of commerce: first hosting; then tables and route map in parallel.

What happens: the agreement with the host ends before it is renewed. Two members leave; they are fewer than twelve, but
nothing lapses. Too few people answer the satisfaction survey, so the answer stays unknown. At the last gate the
initiative still waits when the story ends. Its own legal entity is left for later. People, firms and institutions are
invented.
"""

from __future__ import annotations

from clusterflow.demo.story import Calendar, Story
from clusterflow.demo.story_writer import Chronicle
from clusterflow.domain.terms import DecisionKind


def story(calendar: Calendar) -> Story:
    tell, day = Chronicle("cosmetica-co", "colombian-hybrid", prefix="co", currency="COP"), calendar.day
    _hosting(tell, calendar)
    _critical_mass(tell, calendar)
    _purpose(tell, calendar)
    _tables(tell, calendar)
    _route_map(tell, calendar)
    _operation(tell, calendar)
    return tell.story(
        day(5, 6),
        "Iniciativa Clúster de Cosmética de la Sabana Alta",
        country="CO",
        subdivision="CO-DC",
        place="Bogotá",
        sector="Cosmética y aseo",
        timezone="America/Bogota",
        language="es",
        office="camara",
        host="camara",
    )


def _hosting(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    # The chamber is both office and host.
    tell.office(day(5, 6), "camara", "Cámara de Comercio de la Sabana Alta", helix="civil-society")
    tell.person(day(5, 6), "adriana", "Adriana Cifuentes Rojas", "camara", "Dirección de clústeres")
    tell.person(day(5, 6), "camilo", "Camilo Barragán Nieves", "camara", "Gestión de la iniciativa")
    tell.body(day(5, 12), "gestion", "management", "Equipo de gestión")
    tell.seat(day(5, 12), "gestion", "camilo", "manager")
    tell.fact(day(5, 12), "staff", person=tell.full("camilo"), fte=0.6, manager=True)
    tell.document(day(6, 3), "convenio", "hosting-agreement", "Convenio de acogida con la Cámara", until=day(21, 20))
    tell.go("hosting", "adriana", "La Cámara acoge la iniciativa y pone a su gestor.")


def _critical_mass(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    for org, name, size, speaker in (
        ("cremas", "Cremas Frailejón S.A.S.", "medium", ("paola", "Paola Rincón Tovar")),
        ("jabones", "Jabones Páramo Lindo S.A.S.", "small", ("andres", "Andrés Quimbayo Leal")),
        ("aceites", "Aceites Orquídea Real S.A.", "large", ("diana", "Diana Urrego Salas")),
        ("champu", "Champú Sietecueros S.A.S.", "small", ("felipe", "Felipe Bohórquez Paz")),
    ):
        tell.member(day(7, 9), org, name, size, speaker=speaker, founder=True, anchor=org == "aceites")
    tell.member(
        day(7, 20),
        "universidad",
        "Universidad de la Sabana Alta",
        helix="academia",
        speaker=("liliana", "Liliana Pachón Ruiz"),
    )
    for number, (org, name, size) in enumerate(
        (
            ("fragancias", "Fragancias Monserrate Chico S.A.S.", "small"),
            ("labiales", "Labiales Arrebol S.A.S.", "micro"),
            ("envases", "Envases Tequendama Nuevo S.A.", "medium"),
            ("extractos", "Extractos Guaduales S.A.S.", "small"),
            ("maquila", "Maquila Cosmética del Salto S.A.", "medium"),
            ("capilar", "Capilar Yarumo S.A.S.", "micro"),
        )
    ):
        tell.member(day(8, 3 + 4 * number), org, name, size)
    tell.member(day(9, 5), "consumidores", "Liga de Consumo Consciente", helix="civil-society")
    tell.member(day(9, 9), "secretaria", "Secretaría de Desarrollo de la Sabana Alta", helix="government")
    tell.survey(day(9, 15), invited=13, answers=10, mean=3.7)
    tell.go("critical-mass", "paola", "Trece miembros y cuatro hélices.", door="cli")


def _purpose(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.body(day(10, 3), "encuentro", "assembly", "Encuentro de miembros")
    tell.meeting(day(10, 10), "encuentro", "paola andres diana felipe liliana")
    tell.document(day(11, 14), "proposito", "purpose-statement", "De la planta nativa al mundo")
    tell.document(day(11, 14), "carta", "charter", "Carta de los fundadores")
    tell.signs(day(12, 4), "carta", "cremas jabones aceites champu")
    tell.go("common-purpose", "diana", "Los retos son los mismos para todos.", not_before=day(12, 1))


def _tables(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    for person, name, org in (
        ("juanes", "Juan Esteban Cuéllar Mora", "envases"),
        ("yolanda", "Yolanda Suárez Peñuela", "extractos"),
    ):
        tell.person(day(13, 2), person, name, org)
    tell.committee(day(13, 4), "ejecutivo", "Comité ejecutivo", "diana", "paola andres liliana")
    tell.committee(day(14, 4), "insumos", "Mesa de insumos naturales", "yolanda", "felipe juanes")
    for month in (13, 14, 15, 17, 19, 21, 23, 25, 27, 29):
        tell.meeting(day(month, 10), "ejecutivo", "diana paola andres", absent="liliana")
    for month in (14, 15, 17, 19, 21, 23, 25, 27, 29):
        tell.meeting(day(month, 17), "insumos", "yolanda felipe juanes")
    tell.go("committees", "yolanda", "El comité y la mesa se reúnen y son los mismos.", not_before=day(15, 1))


def _route_map(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.objective(day(16, 6), "nativas", "Insumos nativos en las fórmulas", "%", 9, 30, "insumos")
    tell.objective(day(16, 6), "exportar", "Exportaciones de los miembros", "M USD", 14, 35, "ejecutivo")
    tell.fact(
        day(16, 18), "link", id="lima", direction="outside", with_whom="Clúster de belleza de la costa de Lima Norte"
    )
    tell.fact(day(17, 8), "strategy", id="ruta", title="Hoja de ruta de la cosmética nativa", horizon=day(17 + 48, 7))
    tell.go("strategy", "camilo", "Hoja de ruta a cuatro años, con responsables.")


def _operation(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    # Three answers of thirteen, then four of eleven: too few to know whether members are satisfied.
    tell.survey(day(19, 20), invited=13, answers=3, mean=4.3, topic="satisfaction")
    tell.survey(day(24, 20), invited=11, answers=4, mean=4.5, topic="satisfaction")
    # Eleven members are fewer than the gate required, but enough to keep the milestone.
    tell.leaves(day(20, 11), "labiales")
    tell.leaves(day(20, 25), "capilar")
    # The agreement with the host expires in month 21. The renewal is signed two months later.
    tell.document(day(23, 6), "convenio-2", "hosting-agreement", "Renovación del convenio de acogida")
    tell.fact(day(22, 14), "strategy-review", strategy="ruta")
    tell.fact(day(24, 7), "project", id="vivero", title="Vivero común de plantas nativas", objective="nativas")
    tell.budget(day(24, 9), "anual", running_cost=320_000_000, secured=350_000_000)
    tell.fact(
        day(25, 3),
        "business",
        id="peru",
        kind="export",
        amount=tell.money(640_000_000),
        organisation=tell.full("aceites"),
    )
    tell.decides(
        "operation",
        "camilo",
        DecisionKind.HOLD,
        "Todo está; esperamos a que la Cámara apruebe el presupuesto del próximo año.",
        until=day(31, 10),
        not_before=day(25, 1),
    )
