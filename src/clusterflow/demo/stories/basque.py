"""A Basque initiative, machine tools: first the institution, with statutes, board and manager; then the strategy.

What happens: a commitment was entered wrongly; its correction makes the fifteenth. A committee stops meeting, so its
milestone lapses until it meets again. The plan is reviewed within its year, so this initiative is the first in full
operation. People, firms and institutions are invented.
"""

from __future__ import annotations

from clusterflow.demo.story import Calendar, Story
from clusterflow.demo.story_writer import Chronicle


def story(calendar: Calendar) -> Story:
    tell, day = Chronicle("herramienta-eus", "basque", prefix="eus", currency="EUR"), calendar.day
    _critical_mass(tell, calendar)
    _purpose(tell, calendar)
    _association(tell, calendar)
    _plan(tell, calendar)
    _committees(tell, calendar)
    _operation(tell, calendar)
    return tell.story(
        day(2, 4),
        "Clúster de Máquina-Herramienta de Urdialde",
        country="ES",
        subdivision="ES-PV",
        place="Urdialde, Gipuzkoa",
        sector="Máquina-herramienta",
        timezone="Europe/Madrid",
        language="es",
        office="agencia",
    )


def _critical_mass(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.office(day(2, 4), "agencia", "Agencia Urdialde de Fomento Industrial")
    tell.person(day(2, 4), "amaia", "Amaia Goikolarre Ruiz", "agencia", "Programa de clústeres")
    for org, name, size, speaker in (
        ("fresadoras", "Fresadoras Harizti S. Coop.", "large", ("jon", "Jon Etxaburu Lasa")),
        ("tornos", "Tornos Lizarrondo S.A.", "large", ("miren", "Miren Olaberri Sanz")),
        ("husillos", "Husillos Arkaitz S.L.", "medium", ("unai", "Unai Zubikoa Prado")),
        ("utiles", "Útiles Txindoki Berri S.L.", "small", ("leire", "Leire Mendarte Gil")),
        ("control", "Control Numérico Itsasalde S.L.", "medium", ("gorka", "Gorka Arizta Molina")),
    ):
        tell.member(day(2, 16), org, name, size, speaker=speaker, founder=True, anchor=org == "fresadoras")
    tell.member(
        day(2, 22),
        "tecnologia",
        "Centro Tecnológico Mendiarte",
        helix="academia",
        speaker=("nerea", "Nerea Urkixo Vela"),
        founder=True,
    )
    for number, (org, name, size) in enumerate(
        (
            ("rectificados", "Rectificados Ibarluze S.L.", "small"),
            ("muelas", "Muelas Abrasivas Oria Gain S.L.", "small"),
            ("guias", "Guías Lineales Zumardi S.A.", "medium"),
            ("robots", "Robots Egunsenti S.L.", "small"),
            ("fundicion", "Fundiciones Beltzaran S. Coop.", "large"),
            ("hidraulica", "Hidráulica Urkiondo S.L.", "medium"),
        )
    ):
        tell.member(day(3, 3 + 4 * number), org, name, size)
    tell.member(day(4, 5), "escuela", "Escuela Profesional Aldatz", helix="academia")
    tell.member(day(4, 8), "medicion", "Medición Láser Argizpi S.L.", "micro", speaker=("ibai", "Ibai Larreta Cano"))
    # Fourteen members count, and one whose signed agreement was entered as no commitment. After the correction it is
    # the fifteenth.
    tell.member(day(4, 11), "software", "Software Industrial Kodegi S.L.", "small", commitment="none")
    tell.fact(
        day(4, 11),
        "membership",
        entered=day(5, 9),
        organisation=tell.full("software"),
        commitment="signed-agreement",
        evidence="Acuerdo firmado, hallado en el archivo",
    )
    tell.survey(day(4, 20), invited=15, answers=12, mean=3.8)
    tell.go("critical-mass", "jon", "Quince comprometidos, con sus acuerdos a la vista.")


def _purpose(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.body(day(5, 3), "asamblea", "assembly", "Asamblea")
    tell.meeting(day(5, 12), "asamblea", "jon miren unai leire nerea", absent="gorka")
    tell.document(day(6, 4), "proposito", "purpose-statement", "Fabricar aquí máquinas que aprenden")
    tell.document(day(6, 4), "carta", "charter", "Carta fundacional")
    tell.signs(day(6, 4), "carta", "fresadoras tornos husillos utiles control tecnologia")
    tell.go("common-purpose", "miren", "Firmado por todos los fundadores.", door="cli")


def _association(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.organisation(day(7, 9), "asociacion", "Asociación Urdialde Máquina", "civil-society")
    tell.person(day(7, 9), "itziar", "Itziar Belaunde Otero", "asociacion", "Gerencia")
    tell.document(day(8, 4), "estatutos", "statutes", "Estatutos de la asociación")
    tell.fact(
        day(8, 21),
        "legal-entity",
        name="Asociación Urdialde Máquina",
        form="association",
        personality=True,
        non_profit=True,
        in_region=True,
    )
    tell.body(day(9, 3), "junta", "board", "Junta directiva")
    tell.seat(day(9, 3), "junta", "jon", "chair")
    for person in ("miren", "unai", "leire", "nerea"):
        tell.seat(day(9, 3), "junta", person)
    tell.body(day(10, 2), "gerencia", "management", "Gerencia")
    tell.seat(day(10, 2), "gerencia", "itziar", "manager")
    tell.fact(day(10, 2), "staff", person=tell.full("itziar"), fte=1.0, manager=True)
    tell.dues(day(10, 6), large=6000, medium=3000, small=1200, micro=400)
    tell.go("institutionalization", "jon", "La asociación existe: estatutos, junta y gerencia.")


def _plan(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.meeting(day(11, 8), "junta", "jon miren unai leire nerea")
    tell.meeting(day(13, 8), "junta", "jon miren leire nerea", absent="unai")
    tell.objective(day(13, 20), "digital", "Máquinas conectadas en servicio", "máquinas", 240, 1500, "junta")
    tell.objective(day(13, 20), "exportar", "Ventas fuera de Europa", "%", 31, 45, "junta")
    tell.survey(day(13, 22), invited=15, answers=12, mean=3.9)
    tell.fact(day(14, 5), "strategy", id="plan", title="Plan estratégico de Urdialde", horizon=day(14 + 48, 4))
    tell.go("strategy", "itziar", "Plan a cuatro años, con objetivos medibles y responsables.")


def _committees(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.person(day(15, 2), "ane", "Ane Sarobe Pinto", "guias")
    tell.person(day(15, 2), "peio", "Peio Urrutxua Gil", "robots", language="en")
    tell.committee(day(15, 4), "digital", "Comité digital", "gorka", "ibai peio unai", objective="digital")
    tell.committee(day(15, 4), "mercados", "Comité de mercados", "miren", "ane leire jon", objective="exportar")
    for month in (15, 16, 18):
        tell.meeting(day(month, 10), "digital", "gorka ibai peio", absent="unai")
    for month in (15, 16, 18, 20, 22, 24, 26, 28):
        tell.meeting(day(month, 18), "mercados", "miren ane jon leire")
    tell.go("committees", "leire", "Los dos comités trabajan sobre el plan.", not_before=day(16, 1))
    # The digital committee stops meeting: nobody convenes it for five months, and its milestone lapses. The manager
    # calls, and the same people meet again.
    for month in (23, 25, 27, 29):
        tell.meeting(day(month, 12), "digital", "gorka ibai peio unai")


def _operation(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    companies = (
        "fresadoras tornos husillos utiles control rectificados muelas guias robots fundicion hidraulica medicion"
    )
    tell.invoices(day(18, 2), day(19, 2), companies)
    tell.pays(day(18, 25), "fresadoras tornos fundicion husillos control guias hidraulica")
    tell.pays(day(19, 20), "rectificados muelas medicion robots")
    tell.fact(day(20, 7), "project", id="gemelo", title="Gemelo digital compartido", objective="digital")
    tell.fact(
        day(21, 11),
        "business",
        id="linea",
        kind="export",
        amount=tell.money(2_400_000),
        organisation=tell.full("fresadoras"),
    )
    tell.fact(
        day(19, 3),
        "action",
        id="censo",
        title="Censo de máquinas conectadas",
        owner=tell.full("itziar"),
        due=day(21, 1),
    )
    tell.change(day(20, 22), "action", id="censo", state="done", done_on=day(20, 22))
    tell.budget(day(23, 6), "anual", running_cost=180000, secured=195000)
    # The plan is reviewed within its year, as the Basque model requires.
    tell.fact(day(24, 16), "strategy-review", strategy="plan")
    tell.go("operation", "jon", "Proyecto, presupuesto y plan revisado: el clúster funciona.", not_before=day(25, 1))
