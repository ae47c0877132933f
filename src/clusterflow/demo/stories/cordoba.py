"""Córdoba, digital education: interests differ, so it starts with five members and grows once committees work.

What happens: the stage of the purpose is overdue; two of the five do not sign and leave. The purpose is put on hold,
and critical mass lapses. Two new members join, and it continues. The association waits long for its legal personality;
the answer is unknown until then. People, firms and institutions are invented.
"""

from __future__ import annotations

from clusterflow.demo.story import Calendar, Story
from clusterflow.demo.story_writer import Chronicle
from clusterflow.domain.terms import DecisionKind


def story(calendar: Calendar) -> Story:
    tell, day = Chronicle("educacion-cba", "cordoba", prefix="cba", currency="ARS"), calendar.day
    _five(tell, calendar)
    _purpose(tell, calendar)
    _committees(tell, calendar)
    _wider_entry(tell, calendar)
    _association(tell, calendar)
    return tell.story(
        day(4, 3),
        "Clúster de Educación Digital de Córdoba",
        country="AR",
        subdivision="AR-X",
        place="Córdoba",
        sector="Educación digital",
        timezone="America/Argentina/Cordoba",
        language="es",
        office="agencia",
    )


def _five(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.office(day(4, 3), "agencia", "Agencia Serrana de Sectores Estratégicos")
    tell.person(day(4, 3), "delfina", "Delfina Roca Ludueña", "agencia", "Programa de clústeres")
    tell.member(
        day(4, 10), "aula", "Aula Chañar S.R.L.", "small", speaker=("carla", "Carla Bustos Oliva"), founder=True
    )
    tell.member(
        day(4, 14),
        "pizarra",
        "Pizarra Austral S.A.",
        "medium",
        speaker=("marcos", "Marcos Ferreyra Luna"),
        founder=True,
    )
    tell.member(
        day(4, 25),
        "instituto",
        "Instituto Pedagógico Las Toscas",
        helix="academia",
        speaker=("irene", "Irene Palacios Vidal"),
        founder=True,
    )
    # Two more firms attend; they commit themselves a month later.
    for org, name, size, speaker in (
        ("juegos", "Juegos Quebracho S.A.S.", "micro", ("facundo", "Facundo Moyano Rey")),
        ("editorial", "Editorial Río Tercero Nuevo S.A.", "medium", ("silvina", "Silvina Achával Paz")),
    ):
        tell.member(day(5, 6), org, name, size, speaker=speaker, founder=True, commitment="none")
        tell.joins(day(6, 10), org, founder=True, commitment="regular-work")
    tell.survey(day(6, 18), invited=5, answers=5, mean=3.6)
    tell.go("critical-mass", "carla", "Somos cinco y alcanza para empezar.")


def _purpose(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.body(day(7, 4), "mesa", "assembly", "Mesa de fundadores")
    tell.meeting(day(7, 9), "mesa", "carla marcos irene facundo silvina")
    tell.meeting(day(8, 9), "mesa", "carla marcos irene", absent="facundo silvina")
    tell.document(day(9, 5), "razon", "purpose-statement", "Una razón para asociarnos: competir mejor")
    tell.document(day(9, 5), "carta", "charter", "Carta de los fundadores")
    tell.signs(day(9, 12), "carta", "aula pizarra instituto")
    # The other two do not sign: one sells games, the other paper. They leave, and three of five remain. All who remain
    # have signed, so the gate is ready; but critical mass has lapsed.
    tell.leaves(day(12, 22), "juegos")
    tell.leaves(day(12, 26), "editorial")
    tell.decides(
        "common-purpose",
        "carla",
        DecisionKind.HOLD,
        "Firmaron todos los que quedan, pero quedan tres: primero hay que volver a ser cinco.",
        until=day(14, 10),
    )
    # The stage was overdue before. While it is held it does not escalate, and the days of the hold do not count.
    tell.member(
        day(14, 1), "videos", "Videoclases Jarilla S.R.L.", "small", speaker=("lautaro", "Lautaro Ceballos Gil")
    )
    tell.member(day(14, 4), "datos", "Datos Alta Gracia Norte S.A.S.", "micro", speaker=("mora", "Mora Allende Ruiz"))
    tell.survey(day(14, 12), invited=5, answers=5, mean=4.0)
    tell.go("common-purpose", "marcos", "Otra vez cinco, y ahora con la misma razón.")


def _committees(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.committee(day(15, 6), "contenidos", "Comité de contenidos", "carla", "irene lautaro mora")
    tell.meeting(day(15, 20), "contenidos", "carla irene lautaro mora")
    tell.meeting(day(16, 18), "contenidos", "carla irene mora", absent="lautaro")
    tell.committee(day(16, 5), "exportacion", "Comité de exportación", "marcos", "lautaro mora")
    tell.meeting(day(16, 22), "exportacion", "marcos lautaro mora")
    tell.meeting(day(17, 19), "exportacion", "marcos lautaro", absent="mora")
    tell.go("committees", "carla", "Dos comités, casi todas las empresas adentro.", not_before=day(17, 1))
    for month in (18, 20, 22, 24, 26, 28):
        tell.meeting(day(month, 7), "contenidos", "carla irene lautaro", absent="mora")


def _wider_entry(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    # The committees work now, so the initiative opens to more members: from five to twelve.
    newcomers = (
        ("tutorias", "Tutorías Mistol S.A.S.", "micro"),
        ("robotica", "Robótica Cóndor Chico S.R.L.", "small"),
        ("campus", "Campus Traslasierra S.A.", "medium"),
        ("idiomas", "Idiomas Peperina S.R.L.", "small"),
        ("accesible", "Aulas Accesibles del Sur S.A.S.", "micro"),
    )
    for number, (org, name, size) in enumerate(newcomers):
        tell.member(day(18 + number // 2, 5 + 6 * number % 18), org, name, size, commitment="regular-fee")
    tell.person(day(19, 20), "gina", "Gina Bazán Ortiz", "campus")
    tell.meeting(day(18, 21), "exportacion", "marcos lautaro mora")
    for month in (20, 22, 24, 26, 28):
        tell.meeting(day(month, 21), "exportacion", "marcos lautaro mora gina")
    tell.member(day(20, 26), "facultad", "Facultad de Informática del Suquía Alto", helix="academia")
    tell.member(day(21, 3), "docentes", "Asociación Docentes en Red Serrana", helix="civil-society")
    tell.fact(day(20, 10), "link", id="feria", direction="outside", with_whom="Feria EduSur de Montevideo")
    tell.objective(day(21, 6), "exportar", "Ventas fuera del país", "%", 8, 25, "exportacion")
    tell.objective(day(21, 6), "aulas", "Escuelas que usan los contenidos", "escuelas", 60, 300, "contenidos")
    tell.fact(
        day(21, 16), "strategy", id="plan", title="Plan de competitividad educativa", horizon=day(21 + 48, 15)
    )  # fmt: skip
    tell.go("strategy", "irene", "Doce miembros y un plan a cuatro años.", door="cli")


def _association(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.organisation(day(22, 8), "asociacion", "Asociación Clúster EduSierras", "civil-society")
    tell.person(day(22, 8), "bruno", "Bruno Argüello Sosa", "asociacion", "Gerencia", language="en")
    tell.body(day(22, 12), "comision", "board", "Comisión directiva")
    tell.seat(day(22, 12), "comision", "marcos", "chair")
    for person in ("carla", "lautaro", "irene"):
        tell.seat(day(22, 12), "comision", person)
    tell.body(day(22, 15), "gerencia", "management", "Gerencia")
    tell.seat(day(22, 15), "gerencia", "bruno", "manager")
    tell.fact(day(22, 15), "staff", person=tell.full("bruno"), fte=0.5, manager=True)
    tell.dues(day(23, 2), large=900000, medium=480000, small=240000, micro=120000)
    # The application is at the public registry. For five months the legal personality is unknown.
    tell.fact(
        day(22, 20), "legal-entity", name="Asociación Clúster EduSierras", form="association",
        non_profit=True, in_region=True,
    )  # fmt: skip
    tell.fact(
        day(27, 9), "legal-entity", name="Asociación Clúster EduSierras", form="association",
        personality=True, non_profit=True, in_region=True,
    )  # fmt: skip
    tell.go("institutionalization", "carla", "Llegó la personería jurídica.")
    tell.fact(day(28, 6), "project", id="aula-abierta", title="Aula abierta: catálogo conjunto", objective="aulas")
    tell.survey(day(28, 14), invited=12, answers=9, mean=4.1)
