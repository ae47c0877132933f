"""What each key of an office's files accepts, in Spanish, by the English text. Values of the files stay as written."""

from __future__ import annotations

FILE_KEYS: dict[str, str] = {
    # forms that many keys share
    "one of: {}": "uno de: {}",
    "a list of: {}": "una lista de: {}",
    "a list of one or more of: {}": "una lista de uno o más de: {}",
    "{} if left out": "{} si se omite",
    "{} if left out. One of: {}": "{} si se omite. Uno de: {}",
    "{}: lower case letters, digits and hyphens": "{}: minúsculas, cifras y guiones",
    "a time, like {}": "un plazo, como {}",
    "a length of time, like {}": "una duración, como {}",
    "{}: a time, like {}": "{}: un plazo, como {}",
    "{}: a length of time, like {}": "{}: una duración, como {}",
    "180 days, 26 weeks, 18 months or 2 years": "180 days, 26 weeks, 18 months o 2 years",
    "90 days, 18 months or 2 years": "90 days, 18 months o 2 years",
    "the title in es and en": "el título en es y en",
    "the text in Spanish": "el texto en español",
    "the text in English": "el texto en inglés",
    "the key of the source": "la clave de la fuente",
    "the key of the source, like {}": "la clave de la fuente, como {}",
    "the key of the source, like {}; P for a proposal": "la clave de la fuente, como {}; P para una propuesta",
    "true if the source is P": "true si la fuente es P",
    "true if it is a proposal of this project": "true si es una propuesta de este proyecto",
    # who decides
    "earliest: votes that differ only in their days count together, and the earliest day holds": "earliest: los votos "
    "que solo difieren en su fecha cuentan juntos, y vale la fecha más temprana",
    "what happens if everybody has voted without a quorum: «revote», or a role whose vote decides": "qué pasa si todos "
    "votaron y no hay cuórum: «revote», o un papel cuyo voto decide",
    "how long a gate may stay undecided before it goes back to the office, which then decides": "cuánto puede seguir "
    "sin decidir una puerta antes de volver a la oficina, que entonces decide",
    "how many people must decide": "cuántas personas deben decidir",
    "the helix kinds that may vote, but decide nothing unless somebody of another kind agrees": "las hélices que "
    "pueden votar, pero no deciden nada si nadie de otra hélice está de acuerdo",
    "how many of those who agree must speak for a helix kind": "cuántos de quienes están de acuerdo deben hablar por "
    "una hélice",
    "the roles whose veto blocks a go; they must be in «roles»": "los papeles cuyo veto impide un adelante; deben "
    "estar en «roles»",
    "the roles that may waive a blocking criterion; they must be in «roles»": "los papeles que pueden dispensar de un "
    "criterio que bloquea; deben estar en «roles»",
    "the helix kinds whose representatives waive nothing, whatever their role": "las hélices cuyos representantes no "
    "dispensan de nada, sea cual sea su papel",
    "true if a person who requested the review, or recorded facts in the stage, may not decide": "true si no puede "
    "decidir quien pidió la revisión ni quien registró datos en la etapa",
    "how many agreeing votes count for one organisation": "cuántos votos de acuerdo cuentan por una organización",
    "how many votes of others one delegate may cast": "cuántos votos ajenos puede emitir un delegado",
    "what happens when the votes differ: days, tie, office_after": "qué pasa cuando los votos difieren: days, tie, "
    "office_after",
    "who decides: the roles, how many are needed, and who never may": "quién decide: los papeles, cuántos hacen falta "
    "y quién no puede nunca",
    "true if it may take part in deciding, but not alone (never_alone)": "true si puede participar en la decisión, "
    "pero no sola (never_alone)",
    "a list of who never decides the gates of which kinds of stages": "una lista de quién no decide nunca las puertas "
    "de qué clases de etapas",
    # dues
    "the lowest figure": "la cifra más baja",
    "zero if left out": "cero si se omite",
    "the first figure above the bracket; no upper end if left out": "la primera cifra por encima del tramo; sin límite "
    "superior si se omite",
    "the name of the scheme and of its file": "el nombre del esquema y de su archivo",
    "the time from an invoice's issue to its due date": "el plazo desde la emisión de una factura hasta su vencimiento",
    "a list of one or more brackets": "una lista de uno o más tramos",
    # holidays
    "a list of holidays that the library lacks": "una lista de los festivos que faltan en la biblioteca",
    # metrics
    "the value used if a criterion does not set the parameter": "el valor que se usa si un criterio no fija el "
    "parámetro",
    "true if a criterion may leave it out": "true si un criterio puede omitirlo",
    "its number in the catalogue of criteria": "su número en el catálogo de criterios",
    "more or less: which direction is better": "more o less: en qué sentido es mejor",
    "the kind of these records that counts, if it is always the same; help names it": "la clase de estos registros que "
    "cuenta, si es siempre la misma; la ayuda la nombra",
    "the record type that tells it; help names it, with its sheet": "el tipo de registro que lo dice; la ayuda lo "
    "nombra, con su hoja",
    "how it is computed, in one line": "cómo se calcula, en una línea",
    "what would help if it is not met, in es and en": "qué ayudaría si no se cumple, en es y en",
    "who can improve it, some of: {}": "quién puede mejorarlo, algunos de: {}",
    "a mapping of parameters": "claves con los parámetros",
    "store or rules: which part computes it": "store o rules: qué parte lo calcula",
    # models
    "the id of a metric of configs/metrics.yaml": "el identificador de un indicador de configs/metrics.yaml",
    "the parameters of the metric": "los parámetros del indicador",
    "what is required, like «>= 15» or «is yes»": "lo que se pide, como «>= 15» o «is yes»",
    "the bound or a weaker one; below it an achieved milestone lapses": "el umbral u otro más débil; por debajo caduca "
    "un hito logrado",
    "blocking if left out; in a group, the severity of the group": "blocking si se omite; en un grupo, el peso del "
    "grupo",
    "the role that is responsible. One of: {}": "el papel responsable. Uno de: {}",
    "the role that is responsible; the manager if left out. One of: {}": "el papel responsable; la gerencia si se "
    "omite. Uno de: {}",
    "the metric and its parameters if left out": "el indicador y sus parámetros si se omite",
    "the title in es and en; the title of the metric if left out": "el título en es y en; el del indicador si se omite",
    "a remark for the readers, in es and en": "una observación para quienes leen, en es y en",
    "a list of one or more criteria": "una lista de uno o más criterios",
    "the title of the gate in es and en": "el título de la puerta en es y en",
    "what is achieved when the gate is passed, in es and en": "qué se logra al pasar la puerta, en es y en",
    "how long one extension may last": "cuánto puede durar una prórroga",
    "how often it may be extended": "cuántas veces se puede prorrogar",
    "the name of the stage in this model": "el nombre de la etapa en este modelo",
    "what the stage is about, one of: {}": "de qué trata la etapa, uno de: {}",
    "the title of the stage in es and en": "el título de la etapa en es y en",
    "what is done in the stage, in es and en": "qué se hace en la etapa, en es y en",
    "the stages that must be achieved before it": "las etapas que deben lograrse antes",
    "true if the initiative may decline it": "true si la iniciativa puede renunciar a ella",
    "given if «allowed» is a fixed term: then the gate opens, and a hold extends it": "se pone si «allowed» es un "
    "plazo fijo: al cumplirse se abre la puerta, y un aplazamiento lo prorroga",
    "how long overdue before the next higher level is notified; 30 days if left out": "cuánto retraso antes de avisar "
    "al nivel superior; 30 days si se omite",
    "the gate: title, milestone, decided_by, requires": "la puerta: title, milestone, decided_by, requires",
    "the name of the model and of its file": "el nombre del modelo y de su archivo",
    "the version as a text in quotes, like {}": "la versión como texto entre comillas, como {}",
    "the title of the model in es and en": "el título del modelo en es y en",
    "what the model stands for, in es and en": "qué representa el modelo, en es y en",
    "where the model comes from, like {}": "de dónde viene el modelo, como {}",
    "how long before an answer, a milestone or a label turns people are notified, like 90 days; 60 days if left "
    "out": "con cuánta antelación se avisa de que cambia una respuesta, un hito o un sello, como 90 days; 60 days si "
    "se omite",
    "a list of one or more stages": "una lista de una o más etapas",
    # notices
    "1 or 2, for stage.overdue": "1 o 2, para stage.overdue",
    "the id of a metric, for finding.changed": "el identificador de un indicador, para finding.changed",
    "one of: met, unmet, unknown; for finding.changed": "uno de: met, unmet, unknown; para finding.changed",
    "the parameters of the occasion": "los parámetros de la ocasión",
    "a list of offsets, each later than the one before, like {}": "una lista de desfases, cada uno posterior al "
    "anterior, como {}",
    "what ends the occasion": "qué pone fin a la ocasión",
    "a mapping from steps of the ladder to lists of audiences": "los escalones de la escalera, cada uno con su lista "
    "de destinatarios",
    "the name of a template for the people at the next higher level": "el nombre de una plantilla para el nivel "
    "superior",
    "the name of a template in messages/": "el nombre de una plantilla de messages/",
    # rulebooks
    "answer (all points if it is met) or value (the measured share of them)": "answer (todos los puntos si se cumple) "
    "o value (la parte medida de ellos)",
    "entered: the office enters the cut-off as a record": "entered: la oficina registra el umbral",
    "the share of all points, like «>= 80 %»": "la parte de todos los puntos, como «>= 80 %»",
    "the name of the extension": "el nombre de la prórroga",
    "how long a renewed award lasts, if that differs": "cuánto dura una concesión renovada, si es distinto",
    "how long an ended award can still be renewed": "hasta cuánto después de terminar se puede renovar una concesión",
    "a list of conditional extensions": "una lista de prórrogas con condiciones",
    "a day of the year as MM-DD": "un día del año como MM-DD",
    "the awards that it is for: {}": "las concesiones a las que se aplica: {}",
    "the name of the text": "el nombre del texto",
    "true if it is a draft: it is judged beside the text in force": "true si es un borrador: se juzga junto al texto "
    "en vigor",
    "how long an award lasts, and its grace": "cuánto dura una concesión, y su gracia",
    "a list of windows": "una lista de plazos",
    "the score: total and source": "la puntuación: total y source",
    "a list of one or more rules": "una lista de una o más reglas",
    "a list of what the source does not say, each in es and en": "una lista de lo que la fuente no dice, en es y en",
    "the name of the rulebook and of its file": "el nombre del reglamento y de su archivo",
    "what the rulebook is about, in es and en": "de qué trata el reglamento, en es y en",
    "where the rulebook comes from, like {}": "de dónde viene el reglamento, como {}",
    "the regions that it is about, all if left out: a region's code by ISO 3166-2, as ES-CT or MX-NLE": "las regiones "
    "de las que trata, todas si se omite: el código de una región de ISO 3166-2, como ES-CT o MX-NLE",
    "which text a holder is judged by, that of the judged-day or of the award-day": "por qué texto se juzga a quien "
    "tiene el sello: el de judged-day o el de award-day",
    "a list of one or more texts": "una lista de uno o más textos",
    # schedules
    'five fields in quotes: minute, hour, day of the month, month, day of the week, as in "15 3 * * *"': "cinco campos "
    'entre comillas: minuto, hora, día del mes, mes, día de la semana, como "15 3 * * *"',
    "a time zone such as America/Bogota or UTC": "una zona horaria, como America/Bogota o UTC",
    # days, and what else several files have
    "the first day on which the scheme is valid": "el primer día en que vale el esquema",
    "the last day on which it is valid": "el último día en que vale",
    "no end if left out": "sin fin si se omite",
    "the last day on which it is valid; no end if left out": "el último día en que vale; sin fin si se omite",
    "a list of days on which people work, though the library says otherwise": "una lista de días en que se trabaja, "
    "aunque la biblioteca diga lo contrario",
    "how many days after its newest evidence the value counts; after that it is unknown": "cuántos días después de su "
    "evidencia más reciente vale la cifra; después se desconoce",
    "true if it goes on after its gate": "true si sigue después de su puerta",
    "which organisations it is about: {}": "de qué organizaciones trata: {}",
    "the first day on which the rule is in force: {}": "el primer día en que rige la regla: {}",
    "the last day on which the rule is in force: {}": "el último día en que rige la regla: {}",
    "the first day on which it is in force: {}": "el primer día en que rige: {}",
    "the last day on which it is in force: {}": "el último día en que rige: {}",
    "the points that it counts for in the score: {}": "los puntos con que cuenta en la puntuación: {}",
    "the last day of every award: {}": "el último día de toda concesión: {}",
    "its last day: {}": "su último día: {}",
    "{}; or one that follows from the award: {}": "{}; o una que resulte de la concesión: {}",
    "its last day: {}; or one that follows from the award: {}": "su último día: {}; o una que resulte de la "
    "concesión: {}",
    "the countries that it is about, all if left out: {}": "los países de los que trata, todos si se omite: {}",
    "true or false: whether the schedule starts runs": "true o false: si el horario inicia ejecuciones",
}
