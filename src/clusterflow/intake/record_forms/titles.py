"""The titles of record types and of the fields that no sheet of the workbook has, in Spanish and English."""

from __future__ import annotations

from clusterflow.domain.text import Text
from clusterflow.intake.workbook.layout import Column
from clusterflow.intake.workbook.sheets.builders import DAY, column, on, source, span


def _names(es_one: str, es_many: str, en_one: str, en_many: str) -> tuple[Text, Text]:
    return Text(es=es_one, en=en_one), Text(es=es_many, en=en_many)


TITLES: dict[str, tuple[Text, Text]] = {
    "organisation": _names("organización", "organizaciones", "organisation", "organisations"),
    "person": _names("persona", "personas", "person", "people"),
    "channel": _names("canal de avisos", "canales de avisos", "notice channel", "notice channels"),
    "representation": _names("representación", "representaciones", "representation", "representations"),
    "office": _names("oficina", "oficinas", "office", "offices"),
    "initiative": _names("iniciativa", "iniciativas", "initiative", "initiatives"),
    "membership": _names("miembro", "miembros", "member", "members"),
    "delegation": _names("delegación de voto", "delegaciones de voto", "delegation of a vote", "delegations of votes"),
    "attendance": _names("asistencia", "asistencias", "attendance", "attendances"),
    "learning-series": _names("serie de sesiones", "series de sesiones", "series of sessions", "series of sessions"),
    "learning-session": _names("sesión de aprendizaje", "sesiones de aprendizaje", "learning session",
                               "learning sessions"),
    "learning-enrolment": _names("inscripción en una serie", "inscripciones en series", "enrolment in a series",
                                 "enrolments in series"),
    "learning-attendance": _names("asistencia a una sesión", "asistencias a sesiones", "attendance at a session",
                                  "attendances at sessions"),
    "observation": _names("cifra declarada", "cifras declaradas", "stated figure", "stated figures"),
    "exchange-rate": _names("tipo de cambio", "tipos de cambio", "exchange rate", "exchange rates"),
}  # fmt: skip
"""One and many; the other types have the nouns of their sheets."""

COLUMNS: tuple[Column, ...] = (
    column("attendance.meeting", "Reunión", "Meeting"),
    on("attendance"),
    column("attendance.invited", "Invitado", "Invited"),
    column("attendance.present", "Asistió", "Present"),
    source("attendance"),
    column("channel.person", "Persona", "Person"),
    column("channel.channel", "Canal", "Channel", "mail"),
    column("channel.address", "Dirección", "Address"),
    column("channel.rank", "Orden", "Rank", 1),
    *span("channel"),
    source("channel"),
    column("office.name", "Oficina", "Office"),
    column("office.id", "Id", "Id", "norte"),
    column("office.organisation", "Organización", "Organisation"),
    *span("office"),
    source("office"),
    column("initiative.name", "Iniciativa", "Initiative"),
    column("initiative.id", "Id", "Id", "automotriz"),
    column("initiative.sector", "Sector", "Sector"),
    column("initiative.place", "Lugar", "Place", "Monterrey"),
    column("initiative.country", "País", "Country", "MX"),
    column("initiative.subdivision", "Región de sus feriados", "Region of its holidays", "MX-NLE"),
    column("initiative.timezone", "Huso horario", "Time zone", "America/Monterrey"),
    column("initiative.language", "Idioma", "Language"),
    column("initiative.office", "Oficina", "Office"),
    column("initiative.host", "Anfitrión", "Host"),
    *span("initiative"),
    source("initiative"),
    column("delegation.person", "Quien tiene el voto", "Who has the vote"),
    column("delegation.delegate", "Quien lo emite", "Who casts it"),
    *span("delegation"),
    source("delegation"),
    column("learning-series.title", "Serie", "Series"),
    column("learning-series.id", "Id", "Id", "gestores-2026"),
    column("learning-series.timezone", "Huso horario", "Time zone", "America/Monterrey"),
    *span("learning-series"),
    source("learning-series"),
    column("learning-session.topic", "Tema", "Topic"),
    column("learning-session.id", "Id", "Id", "sesion-1"),
    column("learning-session.series", "Serie", "Series"),
    column("learning-session.number", "Número", "Number", 1),
    column("learning-session.planned", "Prevista", "Planned", DAY),
    column("learning-session.held", "Realizada", "Held", DAY),
    column("learning-session.time", "Hora", "Time", "09:30"),
    column("learning-session.lasts_minutes", "Duración (min)", "Minutes long", 90),
    column("learning-session.place", "Lugar", "Place"),
    *span("learning-session"),
    source("learning-session"),
    column("learning-enrolment.series", "Serie", "Series"),
    column("learning-enrolment.person", "Persona", "Person"),
    *span("learning-enrolment"),
    source("learning-enrolment"),
    column("learning-attendance.session", "Sesión", "Session"),
    column("learning-attendance.person", "Persona", "Person"),
    column("learning-attendance.present", "Asistió", "Present"),
    on("learning-attendance"),
    source("learning-attendance"),
    column("observation.metric", "Indicador", "Metric", "social-capital"),
    column("observation.numerator", "Cifra", "Figure", 12),
    column("observation.denominator", "De un total de", "Out of", 40),
    column("observation.body", "Órgano", "Body"),
    on("observation"),
    source("observation"),
    column("exchange-rate.base", "Moneda", "Currency", "EUR"),
    column("exchange-rate.quote", "En moneda", "In currency", "MXN"),
    column("exchange-rate.rate", "Tipo", "Rate", 20.5),
    on("exchange-rate"),
    source("exchange-rate"),
)

HELP: dict[str, str] = {
    "who reported it, or where it is written": "quién lo informó, o dónde está escrito",
    "first day on which it is true": "primer día en que es verdad",
    "last day on which it is true; empty while it still is": "último día en que es verdad; vacío mientras lo sea",
    "RFC, NIT, CUIT, RUC, NIF ...": "RFC, NIT, CUIT, RUC, NIF ...",
    "by EU recommendation 2003/361": "según la recomendación 2003/361 de la UE",
    "turnover of the last closed year": "facturación del último año cerrado",
    "municipality": "municipio",
    "of its place, in degrees north": "de su lugar, en grados norte",
    "of its place, in degrees east": "de su lugar, en grados este",
    "what it does in the value chain of the cluster": "qué hace en la cadena de valor del clúster",
    "language of their notices, and of answers on the command line": "idioma de sus avisos y páginas",
    "IANA name of their time zone, if it differs from the initiative's": "nombre IANA de su huso horario, si es otro "
    "que el de la iniciativa",
    "ISO 3166 code of the country whose holidays they have, if it differs from the initiative's": "código ISO 3166 del "
    "país de sus feriados, si es otro que el de la iniciativa",
    "ISO 3166-2 code of the region whose holidays they have, if it differs from the initiative's": "código ISO 3166-2 "
    "de la región de sus feriados, si es otra que la de la iniciativa",
    "day of their weekly digest": "día de su resumen semanal",
    "name of the channel in the office's settings: mail, telegram, whatsapp": "nombre del canal en los ajustes de la "
    "oficina: mail, telegram, whatsapp",
    "their address there: a telephone number, a chat; empty: the e-mail address of the registry": "su dirección en "
    "él: un teléfono, un chat; vacío: el correo del registro",
    "1 is tried first": "el 1 se intenta primero",
    "ISO 3166-2 code of the region whose holidays are kept, as ES-CT": "código ISO 3166-2 de la región cuyos feriados "
    "se guardan, como ES-CT",
    "IANA name of the time zone of its days": "nombre IANA del huso horario de sus días",
    "language of its reports, feeds and workbooks": "idioma de sus informes, calendarios y libros",
    "organisation for which the seat is held": "organización por la que ocupa el puesto",
    "the decider who has the vote": "quien tiene el voto en la puerta",
    "the person who casts it": "quien lo emite en su nombre",
    "the day on which it happened": "el día en que ocurrió",
    "start on the initiative's clock: 09:30": "comienzo, en la hora de la iniciativa: 09:30",
    "place, or link": "lugar, o enlace",
    "the strategic objective it worked on": "el objetivo estratégico en que se trabajó",
    "address of the minutes": "dirección del acta",
    "domicile in the initiative's region": "domicilio en la región de la iniciativa",
    "last day of the plan": "último día del plan",
    "the name of a file in configs/dues": "el nombre de un esquema de cuotas de la oficina",
    "the scheme by which it was issued": "el esquema por el que se emitió",
    "the year of the dues": "el año de las cuotas",
    "number of this instalment": "número de este plazo",
    "number of instalments in the year": "número de plazos en el año",
    "full-time equivalents": "jornadas completas equivalentes",
    "the currency of which one unit is converted": "la moneda de la que se convierte una unidad",
    "the currency that it is converted to": "la moneda a la que se convierte",
    "units of the quote for one unit of the base": "cuántas unidades de la segunda moneda vale una de la primera",
    "IANA name of the time zone in which its sessions are announced": "nombre IANA del huso horario en que se "
    "anuncian sus sesiones",
    "position in the series, from 1": "lugar en la serie, desde 1",
    "start on the clock of the series: 09:30": "comienzo, en la hora de la serie: 09:30",
    "mean of the answers from 1 to 5, in thousandths: 3.85 is 3850": "media de las respuestas, de 1 a 5: 3.85",
    "last day of the grace period, in which it can still be renewed; 90 days (a proposal) if empty; its own last day "
    "means: no grace period": "último día del plazo de gracia, en que aún se puede renovar; 90 días (una propuesta) si "
    "queda vacío; su propio último día: sin gracia",
    "percentage of the members named at its award that must remain, if its rules ask for that: 50 for the Hungarian "
    "accreditation (HUNN)": "porcentaje de los miembros nombrados al otorgarse que debe quedar, si sus reglas lo "
    "piden: 50 en la acreditación húngara (HUNN)",
}
"""The help of the fields in Spanish, by the description in their declaration."""
