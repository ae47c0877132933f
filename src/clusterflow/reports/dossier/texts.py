"""The texts of a dossier, in Spanish and English."""

from __future__ import annotations

from clusterflow.domain.terms import SizeClass
from clusterflow.domain.text import Text

SIZE: dict[SizeClass | None, Text] = {
    SizeClass.MICRO: Text(es="micro", en="micro"),
    SizeClass.SMALL: Text(es="pequeña", en="small"),
    SizeClass.MEDIUM: Text(es="mediana", en="medium"),
    SizeClass.LARGE: Text(es="grande", en="large"),
    None: Text(es="clase desconocida", en="class unknown"),
}

KIND_UNKNOWN = Text(es="tipo desconocido", en="kind unknown")
SOMEBODY = Text(es="una persona", en="a person")

WHAT: dict[str, Text] = {
    "trust": Text(es="encuesta de confianza", en="trust survey"),
    "satisfaction": Text(es="encuesta de satisfacción", en="satisfaction survey"),
    "other-private": Text(es="otros ingresos privados", en="other private income"),
    "?": Text(es="desconocido", en="unknown"),
}
"""What evidence says with a word of its own; other terms have the labels of their records."""

WORDS: dict[str, Text] = {
    "for_deciders": Text(es="Dossier para quienes deciden", en="Dossier for those who decide"),
    "followed_by": Text(es="Acompaña", en="Followed by"),
    "summary": Text(es="En pocas palabras", en="In a few words"),
    "where": Text(es="Dónde está la iniciativa", en="Where the initiative stands"),
    "next_gate": Text(es="Qué pide la próxima puerta", en="What the next gate asks"),
    "next_gates": Text(es="Qué piden las próximas puertas", en="What the next gates ask"),
    "members": Text(es="Miembros", en="Members"),
    "committees": Text(es="Asistencia y rotación en los órganos", en="Attendance and turnover in the bodies"),
    "dues": Text(es="Cuotas", en="Dues"),
    "trust": Text(es="Confianza", en="Trust"),
    "objectives": Text(es="Objetivos y metas", en="Objectives and targets"),
    "decisions": Text(es="Decisiones tomadas", en="Decisions so far"),
    "signatures": Text(es="Firmas", en="Signatures"),
    "evidence": Text(es="Anexo: en qué se apoya cada hallazgo", en="Annex: the evidence behind each finding"),
    "line_caption": Text(
        es="Las etapas del modelo, en su orden, y lo alcanzado. Las opcionales, con línea discontinua.",
        en="The stages of the model in their order, and what was achieved. Optional ones with a broken line.",
    ),
    "optional": Text(es="opcional", en="optional"),
    "milestone_of": Text(es="Hito", en="Milestone"),
    "verdict": Text(es="Dictamen", en="Verdict"),
    "decision_open": Text(es="Se espera una decisión", en="A decision is waited for"),
    "votes_cast": Text(es="Votos emitidos", en="Votes cast"),
    "mend": Text(es="Qué falta y quién puede remediarlo", en="What is missing, and who can fix it"),
    "mended_by": Text(es="Quién puede", en="Who can"),
    "lapsed_since": Text(
        es="«{milestone}» ya no se sostiene desde el {day}. {title}: {found}; se pide {asked}.",
        en="«{milestone}» has lapsed since {day}. {title}: {found}; asked {asked}.",
    ),
    "nothing_missing": Text(
        es="No falta nada: todos los criterios se cumplen.", en="Nothing is missing: every criterion is met."
    ),
    "all_passed": Text(
        es="No hay ninguna puerta por pasar. La iniciativa sigue bajo observación.",
        en="There is no gate left to pass. The initiative stays under watch.",
    ),
    "stopped_life": Text(
        es="La iniciativa ha terminado; ya no se decide nada.",
        en="The initiative has ended; nothing is decided any more.",
    ),
    "conditions_open": Text(es="Condiciones", en="Conditions"),
    "condition_until": Text(es="Plazo", en="Until"),
    "lapsed": Text(es="Hitos caducados", en="Lapsed milestones"),
    "helix": Text(es="Tipo", en="Kind"),
    "members_caption": Text(
        es="Miembros por tipo de hélice y clase de tamaño.", en="Members by helix kind and size class."
    ),
    "members_note": Text(
        es="Cuenta cada organización que es miembro ese día. La clase de tamaño es la de las empresas "
        "(Recomendación 2003/361/CE); otras organizaciones no suelen tenerla.",
        en="Every organisation that is a member on the day counts. Size classes are those of firms "
        "(Recommendation 2003/361/EC); others mostly have none.",
    ),
    "most_bars": Text(
        es="Se dibujan las primeras {number} filas; la tabla las tiene todas.",
        en="The first {number} rows are drawn; the table has all of them.",
    ),
    "members_unknown": Text(
        es="No hay ningún miembro registrado, así que no se sabe cuántos son.",
        en="No member was ever recorded, so nobody knows how many there are.",
    ),
    "members_all_left": Text(es="Todos los miembros registrados se han ido.", en="All members on record have left."),
    "year_before": Text(es="Un año antes", en="A year before"),
    "body": Text(es="Órgano", en="Body"),
    "attendance": Text(es="Asistencia", en="Attendance"),
    "turnover": Text(es="Rotación", en="Turnover"),
    "attendance_caption": Text(
        es="Asistencia por órgano: presentes ÷ convocados, doce meses.",
        en="Attendance by body: present ÷ invited, twelve months.",
    ),
    "turnover_caption": Text(es="Rotación de personas por órgano.", en="Person turnover by body."),
    "turnover_note": Text(
        es="1 − (presentes en la última reunión y en alguna de las tres anteriores ÷ presentes en la "
        "última). Con menos de dos reuniones no dice nada.",
        en="1 − (present at the last meeting and at one of the three before ÷ present at the last). With "
        "fewer than two meetings it says nothing.",
    ),
    "bodies_none": Text(es="No hay ningún comité ni consejo registrado.", en="No committee or board is on record."),
    "size": Text(es="Clase de tamaño", en="Size class"),
    "all_sizes": Text(es="todas", en="all"),
    "collected": Text(es="Cobrado", en="Collected"),
    "dues_caption": Text(
        es="Cuotas cobradas ÷ vencidas en doce meses, por clase de tamaño.",
        en="Dues collected ÷ due within twelve months, by size class.",
    ),
    "dues_note": Text(
        es="Una empresa de tamaño desconocido puede ser de cualquier clase: por eso algunas cifras son un "
        "intervalo. Facturas vencidas sin pagar desde hace más de 90 días, en miembros: {overdue}.",
        en="A firm of unknown size may be of any class: so some figures are a span. Members with an invoice "
        "unpaid for more than 90 days: {overdue}.",
    ),
    "money_caption": Text(
        es="Presupuesto vigente; facturado y cobrado en los últimos doce meses; vencido y sin pagar.",
        en="Budget in force; invoiced and collected in the last twelve months; overdue and unpaid.",
    ),
    "currency": Text(es="Moneda", en="Currency"),
    "money_budget": Text(es="Presupuesto", en="Budget"),
    "money_secured": Text(es="Fondos asegurados", en="Secured funds"),
    "money_invoiced": Text(es="Facturado", en="Invoiced"),
    "money_collected": Text(es="Cobrado", en="Collected"),
    "money_owed": Text(es="Por cobrar, vencido", en="Overdue"),
    "dues_unknown": Text(
        es="No hay facturas vencidas en los últimos doce meses: lo cobrado se desconoce.",
        en="No invoice came due within the last twelve months: what was collected is unknown.",
    ),
    "trust_caption": Text(
        es="Índice de confianza (de 1 a 5), en cada encuesta.", en="Trust index (from 1 to 5), at each survey."
    ),
    "trust_note": Text(
        es="Media de respuestas anónimas. Es desconocido donde contestaron menos de cinco personas o menos del 40 %.",
        en="The mean of anonymous answers. It is unknown where fewer than five answered, or fewer than 40 %.",
    ),
    "trust_unknown": Text(
        es="Nunca se ha registrado una encuesta de confianza.", en="No trust survey was ever recorded."
    ),
    "survey_day": Text(es="Encuesta", en="Survey"),
    "index": Text(es="Índice", en="Index"),
    "answers": Text(es="Respuestas", en="Answers"),
    "objective": Text(es="Objetivo", en="Objective"),
    "owner": Text(es="Responsable", en="Owner"),
    "baseline": Text(es="Línea base", en="Baseline"),
    "latest": Text(es="Última medición", en="Last reading"),
    "target": Text(es="Meta", en="Target"),
    "target_day": Text(es="Plazo", en="Due"),
    "objective_progress": Text(es="Avance", en="Progress"),
    "objectives_caption": Text(
        es="Avance de cada objetivo, de su línea base a su meta.",
        en="How far each objective has come from its baseline to its target.",
    ),
    "objectives_none": Text(es="No hay objetivos registrados.", en="No objective is on record."),
    "strategy_line": Text(
        es="Estrategia vigente: «{title}», adoptada el {adopted}.",
        en="Strategy in force: «{title}», adopted on {adopted}.",
    ),
    "horizon_line": Text(es="Planifica hasta el {horizon}.", en="It plans until {horizon}."),
    "strategy_none": Text(es="No hay ninguna estrategia vigente.", en="No strategy is in force."),
    "decided": Text(es="Decisión", en="Decision"),
    "who": Text(es="Quién", en="Who"),
    "said": Text(es="Dijo", en="Said"),
    "reason": Text(es="Motivo", en="Reason"),
    "on_day": Text(es="Día", en="Day"),
    "by_delegate": Text(es="por delegación", en="by a delegate"),
    "let_pass": Text(es="deja pasar", en="lets pass"),
    "under_condition": Text(es="condición", en="condition"),
    "decisions_none": Text(es="Todavía no se ha tomado ninguna decisión.", en="No decision was taken yet."),
    "sign_text": Text(
        es="Quienes firman han leído este dossier antes de decidir en la puerta {number}, «{title}».",
        en="Those who sign have read this dossier before deciding at gate {number}, «{title}».",
    ),
    "sign_none": Text(es="No hay ninguna puerta por decidir.", en="There is no gate to decide."),
    "signature": Text(es="Firma", en="Signature"),
    "date": Text(es="Fecha", en="Date"),
    "name": Text(es="Nombre", en="Name"),
    "record": Text(es="Registro", en="Record"),
    "what": Text(es="Qué", en="What"),
    "counts": Text(es="Cuenta", en="Counts for"),
    "entry": Text(es="Asiento", en="Entry"),
    "evidence_intro": Text(
        es="Cada cifra es la suma de los registros que siguen, con su asiento en la bitácora. Primero lo "
        "que se desconoce, luego lo que no cuenta y al final lo más reciente.",
        en="Each figure adds up the records below, named by their entries in the ledger. First what is "
        "unknown, then what does not count, then the newest.",
    ),
    "evidence_derived": Text(
        es="Se deduce de la etapa y de los demás hallazgos.", en="It follows from the stage and the other findings."
    ),
    "evidence_none": Text(es="Ningún registro.", en="No record."),
    "evidence_more": Text(
        es="Se muestran {shown} de {rows} registros; todos: {command}",
        en="Shown are {shown} of {rows} records; all of them: {command}",
    ),
    "source_of_figures": Text(
        es="Cifras del registro al {day}. Bitácora: {version} asientos. Modelo: {model}, versión {hash}. Lo "
        "que nadie ha registrado se llama desconocido; nunca se toma por cero.",
        en="Figures of the registry as of {day}. Ledger: {version} entries. Model: {model}, version {hash}. "
        "What nobody has recorded is called unknown; it is never taken for nought.",
    ),
    "key_members": Text(es="miembros", en="members"),
    "key_milestones": Text(es="hitos alcanzados", en="milestones achieved"),
    "key_trust": Text(es="confianza, de 1 a 5", en="trust, from 1 to 5"),
    "key_attendance": Text(es="asistencia, 12 meses", en="attendance, 12 months"),
    "key_dues": Text(es="cuotas cobradas, 12 meses", en="dues collected, 12 months"),
    "stands_in": Text(es="La iniciativa está en: {stages}.", en="The initiative is in: {stages}."),
    "since_day": Text(es="{stage} (desde el {day})", en="{stage} (since {day})"),
    "gate_is": Text(es="La puerta {number}, «{title}», {readiness}.", en="Gate {number}, «{title}», {readiness}."),
    "is_ready": Text(es="está lista", en="is ready"),
    "is_not_ready": Text(es="no está lista", en="is not ready"),
    "is_unknown": Text(es="no se sabe si está lista", en="may be ready or not: that is unknown"),
    "criteria_count": Text(
        es="Criterios cumplidos: {met} de {all}; no cumplidos: {unmet}; desconocidos: {unknown}. Bloquean: {blocking}.",
        en="Criteria met: {met} of {all}; unmet: {unmet}; unknown: {unknown}. Blocking: {blocking}.",
    ),
    "asked_line": Text(es="se pide {bound}", en="asked {bound}"),
    "nobody": Text(es="nadie", en="nobody"),
}
