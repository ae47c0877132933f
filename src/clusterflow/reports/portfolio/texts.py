"""The texts of the portfolio, in Spanish and English."""

from __future__ import annotations

from clusterflow.domain.terms import StageKind
from clusterflow.domain.text import Language, Text
from clusterflow.rules.stage_progress import Wait
from clusterflow.rules.visit_priority import Sign

KIND: dict[StageKind | None, Text] = {
    StageKind.HOSTING: Text(es="Acogida", en="Hosting"),
    StageKind.CRITICAL_MASS: Text(es="Masa crítica", en="Critical mass"),
    StageKind.COMMON_PURPOSE: Text(es="Propósito común", en="Common purpose"),
    StageKind.COMMITTEES: Text(es="Comités", en="Committees"),
    StageKind.STRATEGY: Text(es="Estrategia", en="Strategy"),
    StageKind.INSTITUTIONALIZATION: Text(es="Institucionalización", en="Institutionalization"),
    StageKind.OPERATION: Text(es="Operación", en="Operation"),
    None: Text(es="Todo alcanzado", en="All achieved"),
}
STOPPED = Text(es="Terminadas", en="Stopped")

WAIT: dict[Wait, Text] = {
    Wait.DECISION: Text(es="espera una decisión", en="waits for a decision"),
    Wait.HOLD: Text(es="en espera acordada", en="held by decision"),
    Wait.CRITERIA: Text(es="reúne sus criterios", en="works on its criteria"),
    Wait.RESTORING: Text(es="recupera un hito", en="restores a milestone"),
    Wait.NOTHING: Text(es="bajo observación", en="under watch"),
    Wait.STOPPED: Text(es="terminada", en="stopped"),
}
LATE = Text(es="reúne sus criterios, fuera de plazo", en="works on its criteria, overdue")

SIGN: dict[Sign, Text] = {
    Sign.LAPSED: Text(es="hito caducado", en="milestone lapsed"),
    Sign.OVERDUE: Text(es="etapa fuera de plazo", en="stage overdue"),
    Sign.ESCALATED: Text(es="fuera de plazo desde hace mucho", en="overdue for long"),
    Sign.DECISION_WAITS: Text(es="decisión que espera", en="decision waits"),
    Sign.CONDITION_MISSED: Text(es="condición incumplida", en="condition missed"),
    Sign.UNMET: Text(es="criterio que bloquea, no cumplido", en="blocking criterion unmet"),
    Sign.UNKNOWN: Text(es="criterio que bloquea, desconocido", en="blocking criterion unknown"),
    Sign.SILENT: Text(es="silencio", en="silence"),
}

COUNTS_WHEN: dict[Sign, Text] = {
    Sign.LAPSED: Text(es="cada hito que ya no se sostiene", en="each milestone that holds no longer"),
    Sign.OVERDUE: Text(
        es="la etapa dura más de lo que su modelo permite", en="the stage takes longer than its model allows"
    ),
    Sign.ESCALATED: Text(
        es="tanto que ya se avisó un nivel más arriba", en="for so long that it was told one level up"
    ),
    Sign.DECISION_WAITS: Text(
        es="una puerta está abierta desde hace más de {days} días", en="a gate has been open for more than {days} days"
    ),
    Sign.CONDITION_MISSED: Text(
        es="cada condición de una decisión que no se cumplió a tiempo",
        en="each condition of a decision that was not met in time",
    ),
    Sign.UNMET: Text(es="cada uno, en las puertas de las etapas en curso", en="each, at the gates of stages under way"),
    Sign.UNKNOWN: Text(
        es="cada uno, en las puertas de las etapas en curso", en="each, at the gates of stages under way"
    ),
    Sign.SILENT: Text(
        es="no se registra nada desde hace más de {days} días", en="nothing was recorded for more than {days} days"
    ),
}

WORDS: dict[str, Text] = {
    "title": Text(es="Portafolio de iniciativas clúster", en="Portfolio of cluster initiatives"),
    "initiatives": Text(es="iniciativas", en="initiatives"),
    "initiative_one": Text(es="iniciativa", en="initiative"),
    "nobody": Text(es="No hay ninguna iniciativa inscrita.", en="No initiative is enrolled."),
    "key_active": Text(es="iniciativas activas", en="active initiatives"),
    "key_decision": Text(es="esperan una decisión", en="wait for a decision"),
    "key_overdue": Text(es="fuera de plazo", en="overdue"),
    "key_lapsed": Text(es="con un hito caducado", en="with a lapsed milestone"),
    "key_done": Text(es="con todo alcanzado", en="with all achieved"),
    # Where they are
    "where": Text(es="Dónde están", en="Where they are"),
    "where_figure": Text(
        es="Iniciativas por tipo de etapa y por lo que esperan.",
        en="Initiatives by kind of stage, and by what they wait for.",
    ),
    "where_note": Text(
        es="Los tipos de etapa son comunes a todos los modelos, aunque cada uno los recorra en otro orden. Una "
        "iniciativa con dos etapas en curso cuenta en las dos.",
        en="The kinds of stage are shared by all models, though each takes them in another order. An initiative with "
        "two stages under way counts in both.",
    ),
    "kind": Text(es="Tipo de etapa", en="Kind of stage"),
    # Visits
    "visits": Text(es="Las que necesitan una visita", en="Those that need a visit"),
    "visits_lede": Text(
        es="Ordenadas por los puntos de las señales que muestran hoy; a igualdad, la que más espera.",
        en="In the order of the points for the signs that they show today; among equals, by who waits longest.",
    ),
    "visits_none": Text(es="Ninguna muestra señales.", en="None shows any sign."),
    "points": Text(es="Puntos", en="Points"),
    "reasons": Text(es="Por qué", en="Why"),
    "rule_title": Text(es="Cómo se cuentan los puntos", en="How the points are counted"),
    "rule_note": Text(
        es="Todos los números son propuesta de este proyecto (P), no regla de nadie.",
        en="All numbers are proposals of this project (P), and nobody's rule.",
    ),
    "sign": Text(es="Señal", en="Sign"),
    "each": Text(es="Puntos", en="Points"),
    "most": Text(es="Máximo", en="At most"),
    "when": Text(es="Cuenta", en="Counts"),
    # Dwell
    "dwell": Text(es="Cuánto duran las etapas", en="How long stages take"),
    "dwell_figure": Text(
        es="Días desde que se entra en la etapa hasta su hito, por tipo de etapa, en todos los modelos.",
        en="Days from entering a stage until its milestone, by kind of stage, in all models.",
    ),
    "dwell_alt": Text(es="Mediana y cuartiles de los días", en="Median and quartiles of the days"),
    "dwell_note": Text(
        es="Estimador de Kaplan y Meier (1958): las estancias en curso cuentan como «al menos tantos días» y no se "
        "descartan; tampoco las que terminaron sin su hito. Donde pone «> n», menos de esa parte ha llegado al hito, y "
        "la estancia más larga lleva n días. Una flecha en la figura dice lo mismo. Las etapas opcionales cuentan solo "
        "en su modelo.",
        en="The estimate of Kaplan and Meier (1958): stays under way count as «at least so many days» and are not "
        "dropped; nor are those that ended without their milestone. Where it says «> n», fewer than that share have "
        "reached the milestone, and the longest stay has lasted n days. An arrow in the figure says the same. Optional "
        "stages count in their own model only.",
    ),
    "by_model": Text(es="Por modelo", en="By model"),
    "by_model_note": Text(
        es="La línea discontinua es el plazo que el modelo da a la etapa.",
        en="The broken line is the time that the model allows for the stage.",
    ),
    "stays": Text(es="Estancias", en="Stays"),
    "under_way": Text(es="En curso", en="Under way"),
    "left_without": Text(es="Sin hito", en="Without milestone"),
    "first_quartile": Text(es="Primer cuartil", en="First quartile"),
    "median": Text(es="Mediana", en="Median"),
    "third_quartile": Text(es="Tercer cuartil", en="Third quartile"),
    "middle_half": Text(es="la mitad central", en="the middle half"),
    "longest": Text(es="La más larga", en="Longest"),
    "allowed": Text(es="Plazo", en="Allowed"),
    "optional": Text(es="opcional", en="optional"),
    "days_unit": Text(es="días", en="days"),
    # Lapses
    "lapses": Text(es="Hitos caducados", en="Lapsed milestones"),
    "lapses_note": Text(
        es="Los que siguen caducados, y los que se recuperaron o retiraron en los últimos doce meses.",
        en="Those that are lapsed still, and those restored or taken back within the last twelve months.",
    ),
    "lapses_none": Text(es="Ninguno.", en="None."),
    "lapsed_on": Text(es="Caducó", en="Lapsed"),
    "ended_on": Text(es="Terminó", en="Ended"),
    "still": Text(es="sigue", en="still"),
    "because": Text(es="Por", en="By"),
    # Criteria
    "criteria": Text(es="Criterios por iniciativa", en="Criteria by initiative"),
    "criteria_note": Text(
        es="✔ cumplido, ✘ no cumplido, ? desconocido; en blanco, lo que hoy no se mira. Lo que bloquea la puerta lleva "
        "un fondo más oscuro.",
        en="✔ met, ✘ unmet, ? unknown; blank: what is not looked at today. What blocks the gate has a darker ground.",
    ),
    "criteria_many": Text(
        es="Bajo cada tipo de etapa están las iniciativas que la tienen en curso y, después, las que ya alcanzaron su "
        "hito y no cumplen algo de lo que este exige.",
        en="Under each kind of stage stand the initiatives that have it under way and then those that have achieved "
        "its milestone and do not meet something that it holds them to.",
    ),
    "hold_all": Text(
        es="Con el hito alcanzado y todo lo que este exige, cumplido",
        en="With the milestone achieved, and all met that it holds them to",
    ),
    "has_milestone": Text(es="con el hito alcanzado", en="with the milestone achieved"),
    "met_all": Text(es="✔ cumplen", en="✔ met"),
    "unmet_all": Text(es="✘ no cumplen", en="✘ unmet"),
    "unknown_all": Text(es="? no se sabe", en="? unknown"),
    # Board
    "rulebooks": Text(es="Reglamentos", en="Rulebooks"),
    "board": Text(es="Todas, por tipo de etapa", en="All of them, by kind of stage"),
    "waiting": Text(es="Espera", en="Waits for"),
    "waiting_days": Text(es="Días de espera", en="Days waiting"),
    "in_stage": Text(es="En la etapa desde", en="In the stage since"),
    "overdue": Text(es="fuera de plazo", en="overdue"),
    "lapsed": Text(es="caducado", en="lapsed"),
    "made_by": Text(
        es="Hecho con clusterflow a partir del estado guardado; nada se ha medido de nuevo.",
        en="Made with clusterflow from what is stored; nothing was measured anew.",
    ),
    "made_by_and_measured": Text(
        es="Hecho con clusterflow a partir del estado guardado; solo los reglamentos se han medido de nuevo.",
        en="Made with clusterflow from what is stored; only the rulebooks were measured anew.",
    ),
    # In Prefect
    "signs_note": Text(
        es="✔ cumplido, ✘ no cumplido, ? desconocido; en blanco, lo que hoy no se mira.",
        en="✔ met, ✘ unmet, ? unknown; blank: what is not looked at today.",
    ),
    "all_in_file": Text(
        es="Todo en una página aparte: `clusterflow report --portfolio --lang es --to portafolio.html`",
        en="All of it on one page of its own: `clusterflow report --portfolio --lang en --to portfolio.html`",
    ),
    "unreadable": Text(es="No se pudo leer", en="Could not be read"),
    "waiting_gates": Text(es="Puertas que esperan una decisión", en="Gates that wait for a decision"),
    "overdue_events": Text(es="Fuera de plazo esta semana", en="Overdue this week"),
    "reviews_of": Text(es="Revisiones del portafolio", en="Reviews of the portfolio"),
    "passes": Text(es="Pasadas", en="Passes"),
    "backlog": Text(es="Lo que espera por fuera", en="What waits beside"),
    "what": Text(es="Qué", en="What"),
    "how_many": Text(es="Cuántos", en="How many"),
    "look_with": Text(es="Verlo con", en="Look with"),
    "backlog_events": Text(es="Apuntes de la bitácora para Prefect", en="Ledger entries for Prefect"),
    "backlog_notices": Text(es="Avisos por enviar", en="Notices to be sent"),
    "backlog_refused": Text(es="Envíos rechazados por corregir", en="Refused submissions to be corrected"),
    "backlog_given_up": Text(es="Avisos que no se pudieron entregar", en="Notices that could not be delivered"),
}


def words(language: Language) -> dict[str, str]:
    """The texts in one language."""
    return {name: text.to(language) for name, text in WORDS.items()}
