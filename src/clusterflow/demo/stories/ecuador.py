"""Ecuador, ecological transition: first a public policy, then a long horizon with links inside and outside.

What happens: university and foundation leave while the strategy is written, and the stage is sent back to win them
again. The ministry's representative votes at early gates, but decides none alone; for the committees he tries
to decide and is refused. The legal personality is unknown for months. People, firms and institutions are invented.
"""

from __future__ import annotations

from clusterflow.demo.story import Calendar, Story
from clusterflow.demo.story_writer import Chronicle
from clusterflow.domain.terms import DecisionKind


def story(calendar: Calendar) -> Story:
    tell, day = Chronicle("transicion-ec", "ecuador", prefix="ec", currency="USD"), calendar.day
    _public_policy(tell, calendar)
    _critical_mass(tell, calendar)
    _back_and_on(tell, calendar)
    _committees(tell, calendar)
    _legal_body(tell, calendar)
    return tell.story(
        day(0, 6),
        "Clúster de Transición Ecológica del Guayas",
        country="EC",
        subdivision="EC-G",
        place="Guayaquil",
        sector="Transición ecológica",
        timezone="America/Guayaquil",
        language="es",
        office="ministerio",
    )


def _public_policy(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.office(day(0, 6), "ministerio", "Subsecretaría de Transición Verde del Litoral")
    tell.person(day(0, 6), "gonzalo", "Gonzalo Intriago Vera", "ministerio", "Delegado de la política")
    tell.document(day(0, 15), "politica", "agreement", "Acuerdo con la política de transición ecológica")
    for org, name, size, speaker in (
        ("solar", "Solar Manglar Alto S.A.", "medium", ("karla", "Karla Zambrano Lema")),
        ("cacao", "Cacao Limpio Churute Cía. Ltda.", "small", ("jorge", "Jorge Andrade Mina")),
        ("residuos", "Residuos Circulares del Estero S.A.", "medium", ("noemi", "Noemí Quishpe Toral")),
    ):
        tell.member(day(1, 8), org, name, size, speaker=speaker, founder=True)
    tell.member(
        day(1, 14),
        "universidad",
        "Universidad Politécnica del Estero",
        helix="academia",
        speaker=("mateo", "Mateo Salvatierra Ron"),
        founder=True,
    )
    tell.body(day(1, 20), "asamblea", "assembly", "Asamblea")
    tell.meeting(day(2, 10), "asamblea", "karla jorge noemi mateo gonzalo")
    tell.document(day(3, 4), "proposito", "purpose-statement", "Propósito: producir sin agotar")
    tell.document(day(3, 4), "carta", "charter", "Carta de fundadores")
    tell.signs(day(3, 11), "carta", "solar cacao residuos universidad")
    # The purpose is aligned with a policy of the ministry, so it votes, too. It decides nothing alone: a firm agrees.
    tell.go("common-purpose", "gonzalo", "El propósito sirve a la política y lo firmaron todos.")
    tell.go("common-purpose", "karla", "El propósito es de las empresas y conviene a todas.", door="cli")


def _critical_mass(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    for number, (org, name, size) in enumerate(
        (
            ("buses", "Buses Eléctricos Garza S.A.", "large"),
            ("bambu", "Bambú Cordillera Baja Cía. Ltda.", "small"),
            ("biogas", "Biogás Pampa Verde S.A.", "small"),
            ("camaron", "Camaronera Manglar Vivo S.A.", "large"),
        )
    ):
        tell.member(day(4 + number // 2, 6 + 9 * (number % 2)), org, name, size)
    tell.member(
        day(6, 9), "fundacion", "Fundación Río Claro", helix="civil-society", speaker=("rosa", "Rosa Caicedo Plúas")
    )
    # The ministry is a member, too, but not a manager.
    tell.joins(day(6, 20), "ministerio")
    tell.fact(
        day(6, 12), "link", id="biomasa", direction="inside", with_whom="Cacao Limpio Churute y Biogás Pampa Verde"
    )
    tell.survey(day(6, 24), invited=10, answers=8, mean=3.9)
    tell.go("critical-mass", "karla", "Diez miembros y las cuatro hélices.")


def _back_and_on(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.meeting(day(8, 10), "asamblea", "karla jorge noemi gonzalo", absent="mateo rosa")
    # Without funds for research the university leaves, and the foundation with it: only firms and government remain.
    # The gate is opened by hand, and the stage is recycled; the strategy for ten years should not be written without
    # knowledge providers.
    tell.leaves(day(10, 2), "universidad")
    tell.leaves(day(10, 20), "fundacion")
    tell.opens_by_hand(day(11, 15), "strategy")
    tell.decides(
        "strategy",
        "jorge",
        DecisionKind.RECYCLE,
        "Una estrategia a diez años sin universidad ni sociedad civil no se sostiene.",
        to_stage="critical-mass",
    )
    tell.member(
        day(12, 11),
        "instituto",
        "Instituto de Ecología Puerto Nuevo",
        helix="academia",
        speaker=("lidia", "Lidia Bravo Cedeño"),
    )
    tell.member(day(12, 24), "cooperativa", "Red de Recicladoras del Sur", helix="civil-society")
    tell.survey(day(13, 8), invited=10, answers=9, mean=4.0)
    tell.go("critical-mass", "noemi", "Volvieron el conocimiento y la sociedad civil.", not_before=day(13, 1))

    tell.objective(day(14, 12), "emisiones", "Emisiones por tonelada producida", "kg CO2", 410, 180)
    tell.objective(day(14, 12), "residuos", "Residuos que vuelven a la industria", "%", 11, 60)
    tell.fact(
        day(15, 3), "link", id="puerto", direction="outside", with_whom="Clúster del puerto verde de Valparaíso Nuevo"
    )
    tell.fact(
        day(15, 12), "strategy", id="horizonte", title="Horizonte verde a diez años", horizon=day(15 + 122, 12)
    )  # fmt: skip
    tell.go("strategy", "karla", "Diez años, con metas que se pueden medir.", door="cli")


def _committees(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.committee(day(16, 5), "energia", "Comité de energía", "noemi", "karla lidia", objective="emisiones")
    tell.committee(day(16, 5), "circular", "Comité de economía circular", "jorge", "lidia noemi", objective="residuos")
    tell.person(day(16, 5), "ines", "Inés Vélez Macías", "buses")
    tell.person(day(16, 5), "pablo", "Pablo Moreira Luque", "camaron")
    for month in (16, 17, 19, 21, 23, 25, 27, 29):
        tell.meeting(day(month, 9), "energia", "noemi karla ines", absent="lidia")
        tell.meeting(day(month, 13), "circular", "jorge noemi pablo lidia")
    # The government takes part but does not manage: it may not decide about the work of the committees.
    tell.go(
        "committees",
        "gonzalo",
        "El ministerio da por buenos los comités.",
        door="cli",
        refused="barred",
        not_before=day(17, 1),
    )
    tell.go("committees", "noemi", "Los comités trabajan; lo decidimos quienes trabajamos en ellos.")


def _legal_body(tell: Chronicle, calendar: Calendar) -> None:
    day = calendar.day
    tell.organisation(day(19, 4), "corporacion", "Corporación Transición Litoral", "civil-society")
    tell.person(day(19, 4), "abigail", "Abigail Franco Mera", "corporacion", "Gerencia", language="en")
    tell.body(day(19, 10), "gerencia", "management", "Gerencia")
    tell.seat(day(19, 10), "gerencia", "abigail", "manager")
    tell.fact(day(19, 10), "staff", person=tell.full("abigail"), fte=0.8, manager=True)
    tell.body(day(20, 6), "directorio", "board", "Directorio")
    tell.seat(day(20, 6), "directorio", "karla", "chair")
    for person in ("jorge", "noemi", "ines", "lidia"):
        tell.seat(day(20, 6), "directorio", person)
    tell.seat(day(20, 6), "directorio", "gonzalo", vote=False)
    # The application is at the ministry of the interior. For five months it is unknown whether the corporation is a
    # legal person.
    tell.fact(
        day(20, 18), "legal-entity", name="Corporación Transición Litoral", form="foundation",
        non_profit=True, in_region=True,
    )  # fmt: skip
    tell.fact(
        day(25, 11), "legal-entity", name="Corporación Transición Litoral", form="foundation",
        personality=True, non_profit=True, in_region=True,
    )  # fmt: skip
    tell.go("institutionalization", "karla", "Entidad propia, con el gobierno presente y fuera de la gestión.")

    # The operation has begun. A joint project is still in preparation.
    tell.fact(day(26, 8), "strategy-review", strategy="horizonte")
    tell.fact(
        day(27, 5), "business", id="buses", kind="contract", amount=tell.money(185000), organisation=tell.full("buses")
    )
    tell.budget(day(28, 3), "proximo-anio", running_cost=90000, secured=60000)
