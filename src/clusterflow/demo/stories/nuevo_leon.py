"""Nuevo León, automotive: first committed founders and trust; then the civil association; then working groups.

What happens: the groups have too many new people, so their gate is put on hold. Small firms pay late. In a survey trust
falls, so two milestones lapse until it recovers. The gate of the strategy stays open. People, firms and institutions
are invented.
"""

from __future__ import annotations

from datetime import date

from clusterflow.demo.story import Calendar, Story
from clusterflow.demo.story_writer import Chronicle
from clusterflow.domain.terms import DecisionKind

COMPANIES = (
    "troqueles fundicion arneses plasticos maquinados herramental resortes pinturas tornillos vidrios moldes llantas"
)


def story(calendar: Calendar) -> Story:
    tell, day = Chronicle("automotriz-nl", "nuevo-leon", prefix="nl", currency="MXN"), calendar.day
    _critical_mass(tell, calendar)
    _common_purpose(tell, calendar)
    _civil_association(tell, calendar)
    _groups(tell, calendar)
    _trust_falls(tell, calendar)
    _strategy(tell, calendar)
    return tell.story(
        day(1, 5),
        "Clúster Automotriz de la Sierra Ventosa",
        country="MX",
        subdivision="MX-NLE",
        place="Monterrey, Nuevo León",
        sector="Automotriz",
        timezone="America/Monterrey",
        language="es",
        office="oficina",
        left_open="strategy",
    )


def _critical_mass(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.office(day(1, 5), "oficina", "Oficina de Clústeres de la Sierra Ventosa")
    tell.person(day(1, 5), "ofelia", "Ofelia Treviño Luna", "oficina", "Coordinación de clústeres")

    # Six business leaders who trust each other and a university commit themselves from the first day.
    founders = (
        ("troqueles", "Troqueles Cerro Bruñido, S.A. de C.V.", "large", "equipment", ("rene", "René Garza Villalón")),
        ("fundicion", "Fundición Río Pardo, S.A. de C.V.", "large", "components", ("lucia", "Lucía Cantú Ferrer")),
        ("arneses", "Arneses Cenzontle, S.A. de C.V.", "medium", "components", ("tomas", "Tomás Leal Ibarra")),
        ("plasticos", "Plásticos Nogalera, S.A. de C.V.", "medium", "components", ("ana", "Ana Tijerina Solís")),
        ("maquinados", "Maquinados Huasteca Nueva, S. de R.L.", "small", "components", ("berta", "Berta Rangel Peña")),
        ("herramental", "Herramental del Peñasco, S. de R.L.", "small", "equipment", ("julio", "Julio Zambrano Ríos")),
    )
    for org, name, size, role, speaker in founders:
        tell.member(
            day(1, 12), org, name, size, speaker=speaker, founder=True, anchor=org == "troqueles", tier="pleno",
            place="Peñascal", chain_role=role,
        )  # fmt: skip
    tell.member(
        day(1, 20),
        "universidad",
        "Universidad Técnica de la Sierra Ventosa",
        helix="academia",
        speaker=("ivan", "Iván Quiroga Mota"),
        founder=True,
        place="Peñascal",
        chain_role="knowledge",
    )

    # The others follow over the summer. With the last four there are fifteen members.
    others: tuple[tuple[date, str, str, str, str, tuple[str, str] | None], ...] = (
        (day(2, 8), "resortes", "Resortes Mezquital, S.A. de C.V.", "medium", "components",
         ("nora", "Nora Elizondo Paz")),
        (day(2, 15), "pinturas", "Pinturas Alba Norte, S.A. de C.V.", "small", "raw-materials",
         ("hugo", "Hugo Salinas Vela")),
        (day(2, 22), "tornillos", "Tornillos Anáhuac del Valle, S. de R.L.", "small", "components", None),
        (day(3, 4), "vidrios", "Vidrios Peregrino, S.A. de C.V.", "medium", "components",
         ("sara", "Sara Montemayor Cruz")),
        (day(4, 3), "moldes", "Moldes Encino, S. de R.L.", "small", "equipment", ("raul", "Raúl Benavides Toro")),
        (day(4, 9), "llantas", "Llantas Camino Real Viejo, S.A. de C.V.", "large", "components",
         ("elsa", "Elsa Ancira Lobo")),
    )  # fmt: skip
    for on, org, name, size, role, spoken_for in others:
        tell.member(on, org, name, size, speaker=spoken_for, place="Vado Alto", chain_role=role)
    tell.member(day(4, 16), "fundacion", "Fundación Manos de Acero", helix="civil-society", place="Peñascal")
    tell.member(day(4, 20), "tecnologico", "Tecnológico del Peñón", helix="academia", place="Peñascal")
    tell.survey(day(4, 22), invited=15, answers=13, mean=4.1)
    # The maker of springs was entered as a medium-sized firm; it is a small one.
    tell.resizes(day(5, 4), "resortes", "small")
    tell.go("critical-mass", "rene", "Quince comprometidos y una empresa ancla; la confianza es alta.")


def _common_purpose(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    founders = "rene lucia tomas ana berta julio ivan"
    tell.body(day(5, 6), "asamblea", "assembly", "Asamblea de fundadores")
    tell.meeting(day(5, 10), "asamblea", founders)
    tell.meeting(day(6, 12), "asamblea", "rene lucia tomas ana ivan", absent="berta julio")
    tell.document(day(7, 6), "proposito", "purpose-statement", "Retos comunes: talento, proveeduría y calidad")
    tell.document(day(7, 6), "carta", "charter", "Carta de fundadores")
    tell.signs(day(7, 6), "carta", "troqueles fundicion arneses plasticos maquinados universidad")
    tell.go("common-purpose", "rene", "Los retos son de todos y casi todos firmaron.", door="cli")


def _civil_association(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.organisation(day(9, 3), "asociacion", "Clúster Sierra Ventosa, A.C.", "civil-society")
    tell.person(day(9, 3), "elena", "Elena Marroquín Sada", "asociacion", "Dirección general")
    tell.body(day(9, 10), "consejo", "board", "Consejo directivo")
    tell.seat(day(9, 10), "consejo", "rene", "chair")
    for person in ("lucia", "tomas", "berta", "ivan"):
        tell.seat(day(9, 10), "consejo", person)
    # The government attends without a vote.
    tell.seat(day(9, 10), "consejo", "ofelia", vote=False)
    tell.body(day(10, 2), "direccion", "management", "Dirección del clúster")
    tell.seat(day(10, 2), "direccion", "elena", "manager")
    tell.fact(day(10, 2), "staff", person=tell.full("elena"), fte=1.0, manager=True)
    tell.dues(day(11, 1), large=120000, medium=60000, small=24000)
    tell.fact(
        day(11, 18), "legal-entity", name="Clúster Sierra Ventosa, A.C.", form="civil-association",
        personality=True, non_profit=True, in_region=True,
    )  # fmt: skip
    # Two people must agree, and one person does not count twice.
    tell.go("institutionalization", "rene", "La asociación civil ya tiene consejo y cuotas.", door="cli")
    tell.go("institutionalization", "rene", "Voto también como fundador.", door="cli", refused="twice")
    tell.go("institutionalization", "lucia", "De acuerdo: gobernanza propia y mayoría de empresas.")

    # All members get invoices. The large firms pay at once. Of the small ones, two pay late and two have not paid yet.
    tell.invoices(day(12, 3), day(13, 3), COMPANIES)
    tell.pays(day(12, 20), "troqueles fundicion llantas arneses plasticos")
    tell.pays(day(13, 2), "vidrios maquinados herramental")
    tell.pays(day(15, 11), "resortes")
    # This payment was made on time, but entered three months later.
    tell.pays(day(13, 1), "pinturas", entered=day(16, 6))
    tell.survey(day(13, 15), invited=15, answers=11, mean=3.9)


def _groups(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.committee(day(13, 5), "talento", "Grupo de talento", "lucia", "ana nora ivan")
    tell.committee(day(13, 5), "proveeduria", "Grupo de proveeduría", "tomas", "hugo raul")
    tell.meeting(day(13, 20), "talento", "lucia ana nora")
    tell.meeting(day(13, 24), "proveeduria", "tomas hugo raul")
    # Different people attend each time: three of five at the last meetings had not attended before.
    tell.meeting(day(15, 10), "talento", "lucia elsa ivan", absent="ana nora")
    tell.meeting(day(15, 16), "proveeduria", "raul sara", absent="tomas hugo")
    tell.committee(day(15, 8), "calidad", "Grupo de calidad", "berta", "julio elsa")
    tell.meeting(day(15, 25), "calidad", "berta julio elsa")
    tell.decides(
        "committees",
        "elena",
        DecisionKind.HOLD,
        "Demasiadas caras nuevas en cada reunión; esperamos a que los grupos se asienten.",
        until=day(18, 20),
    )
    # The maker of wire harnesses sends another delegate, who stays.
    tell.takes_over(day(16, 2), "paula", "Paula Arriaga Nieto", before="tomas")
    for body, role in (("proveeduria", "chair"), ("consejo", "member")):
        tell.ends(day(16, 1), "seat", body=body, person=tell.full("tomas"))
        tell.seat(day(16, 2), body, "paula", role)
    tell.meeting(day(16, 18), "proveeduria", "paula raul sara", absent="hugo")
    tell.meeting(day(17, 12), "talento", "lucia elsa ivan ana")
    tell.meeting(day(17, 14), "calidad", "berta julio elsa")
    tell.meeting(day(18, 9), "proveeduria", "paula raul sara hugo")
    tell.go("committees", "berta", "Vienen los mismos y vienen preparados.")
    for month in (19, 21, 23, 25, 27):
        tell.meeting(day(month, 8), "talento", "lucia elsa ivan", absent="ana")
        tell.meeting(day(month, 11), "proveeduria", "paula raul sara", absent="hugo")
        tell.meeting(day(month, 15), "calidad", "berta julio elsa")


def _trust_falls(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    # The second invoices renew the conflict between large and small firms, and trust falls from 3.9 to 2.9.
    tell.invoices(day(20, 1), day(21, 1), COMPANIES)
    tell.pays(day(20, 12), "troqueles fundicion llantas arneses")
    tell.survey(day(20, 25), invited=15, answers=12, mean=2.9)
    # The small firms get a lower scheme, and an assembly discusses the conflict.
    tell.dues(day(22, 1), small=15000)
    tell.meeting(day(22, 18), "asamblea", "rene lucia paula ana berta ivan", absent="julio")
    tell.pays(day(23, 20), "vidrios plasticos")
    tell.member(day(24, 6), "baterias", "Baterías Ocelote, S.A. de C.V.", "medium")
    tell.survey(day(25, 26), invited=16, answers=14, mean=3.8)


def _strategy(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    for number, title in enumerate(("Técnicos certificados", "Compras locales"), 1):
        tell.fact(
            day(22, 5), "training", id=f"taller-{number}", title=title, planned=day(24, number), held=day(24, number)
        )  # fmt: skip
    tell.objective(day(26, 4), "talento", "Técnicos certificados al año", "personas", 140, 400, "talento")
    tell.objective(day(26, 4), "compras", "Compra local de las armadoras", "%", 22, 35, "proveeduria")
    # Nobody is responsible for the third objective yet. It is the first thing that the visitor may settle.
    tell.objective(day(26, 4), "defectos", "Defectos por millón de piezas", "ppm", 310, 120)
    tell.fact(
        day(28, 9), "strategy", id="estrategia", title="Estrategias conjuntas: talento, compras y calidad",
        horizon=day(28 + 60, 8),
    )  # fmt: skip
    # From here on the visitor decides: the chair, a member of the board, or the manager.
