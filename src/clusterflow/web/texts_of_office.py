"""The texts of the page *Office*."""

from __future__ import annotations

from clusterflow.domain.text import Text

OFFICE: dict[str, Text] = {
    "office": Text(es="Oficina", en="Office"),
    "portfolio": Text(es="Portafolio", en="Portfolio"),
    "visits": Text(es="Necesitan una visita", en="Need a visit"),
    "point": Text(es="{number} punto", en="{number} point"),
    "points": Text(es="{number} puntos", en="{number} points"),
    "offices_number": Text(es="{number} oficinas", en="{number} offices"),
    "initiative_column": Text(es="Iniciativa", en="Initiative"),
    "milestones_column": Text(es="Hitos", en="Milestones"),
    "number_of": Text(es="{number} de {all}", en="{number} of {all}"),
    "nothing_fits": Text(es="Ninguna iniciativa cumple estas condiciones.", en="No initiative fits these conditions."),
    "waits_for": Text(es="Qué espera", en="Waits for"),
    "unreadable": Text(
        es="Estas iniciativas no se pueden leer; avise a la administración:",
        en="These initiatives cannot be read; tell an administrator:",
    ),
    "day": Text(es="{number} día", en="{number} day"),
    "days": Text(es="{number} días", en="{number} days"),
    "search_name": Text(es="Buscar por nombre", en="Search by name"),
    "model": Text(es="Modelo", en="Model"),
    "all_models": Text(es="Todos los modelos", en="All models"),
    "filter": Text(es="Filtrar", en="Filter"),
    "refused_submissions": Text(es="Envíos rechazados", en="Refused submissions"),
    "refused_submission": Text(es="Envío rechazado", en="Refused submission"),
    "nothing_refused": Text(es="No hay envíos rechazados.", en="There are no refused submissions."),
    "what_is_wrong": Text(es="Lo que está mal", en="What is wrong"),
    "submission_text": Text(es="Lo que se envió", en="What was sent"),
    "submission_help": Text(
        es="Cada línea es un dato en JSON. Corríjala y regístrela de nuevo.",
        en="Each line is a fact in JSON. Correct it and record it again.",
    ),
    "submission_long": Text(
        es="Es demasiado largo para esta página. Corríjalo con:", en="It is too long for this page. Correct it with:"
    ),
    "record_again": Text(es="Registrar de nuevo", en="Record it again"),
    "dead_letters": Text(es="Avisos que no llegaron", en="Notices that were not delivered"),
    "dead_letters_help": Text(
        es="Si la dirección está mal, corríjala en los datos de la persona y envíe el aviso de nuevo.",
        en="If the address is wrong, correct it in the person's record, then send the notice again.",
    ),
    "no_letters": Text(es="Todos los avisos llegaron.", en="All notices were delivered."),
    "stale_letter": Text(
        es="Pide un voto en una puerta que ya se cerró.", en="It asks for a vote at a gate that is closed."
    ),
    "send_again": Text(es="Enviar de nuevo", en="Send again"),
    "people_roles": Text(es="Personas y puestos", en="People and roles"),
    "people_lede": Text(
        es="Quién tiene qué puesto en las iniciativas de la oficina. Un puesto se da, se termina o se retira en su "
        "página, y su rastro queda.",
        en="Who holds which role in the initiatives of the office. A role is given, ended or withdrawn on its page, "
        "and its trace stays.",
    ),
    "nobody": Text(es="nadie", en="nobody"),
    "staff_help": Text(
        es="Trabaja para la oficina quien representa a su organización.",
        en="The staff of an office are the people who represent its organisation.",
    ),
    "change_staff": Text(es="Cambiar", en="Change"),
    "administrators": Text(es="Administración", en="Administrators"),
    "administrators_help": Text(es="Se nombran en la configuración:", en="They are named in the settings:"),
    "who_may": Text(es="Quién puede qué", en="Who may do what"),
    "capacity": Text(es="En calidad de", en="As"),
    "right_see": Text(es="ver", en="see"),
    "right_request_review": Text(es="pedir revisión", en="ask for a review"),
    "right_vote": Text(es="votar", en="vote"),
    "right_record": Text(es="registrar", en="record"),
    "right_grant": Text(es="dar votos y exenciones", en="grant votes and waivers"),
    "right_dues": Text(es="ver las cuotas de todos", en="see the dues of all"),
    "roles_by_initiative": Text(es="Puestos por iniciativa", en="Roles by initiative"),
    "person": Text(es="Persona", en="Person"),
    "body": Text(es="Órgano", en="Body"),
    "role_name": Text(es="Puesto", en="Role"),
    "validity": Text(es="Vigencia", en="In force"),
    "since_day": Text(es="desde el", en="since"),
    "until_day": Text(es="hasta el", en="until"),
    "has_vote": Text(es="con voto", en="votes"),
    "begins_later": Text(es="aún no comienza", en="not begun yet"),
    "change_role": Text(es="Ver o terminar", en="See or end"),
    "no_seats": Text(es="Nadie tiene un puesto.", en="Nobody holds a role."),
    "delegations": Text(es="Votos delegados", en="Delegated votes"),
    "votes_for": Text(es="vota por", en="votes for"),
    "give_seat": Text(es="Dar un puesto", en="Give a role"),
    "give_delegation": Text(es="Delegar un voto", en="Delegate a vote"),
    "ended_roles": Text(es="Puestos terminados", en="Roles that ended"),
    "notice_preview": Text(es="Avisos por enviar", en="Notices to come"),
    "notice_preview_lede": Text(
        es="Qué se enviaría, a quién, por qué medio y en qué idioma, con lo que está registrado ahora. No se envía "
        "nada.",
        en="What would be sent, to whom, by which channel and in which language, by what is recorded now. Nothing is "
        "sent.",
    ),
    "preview_days": Text(es="Días", en="Days"),
    "preview_today": Text(es="hoy", en="today"),
    "preview_next": Text(es="los próximos {days} días", en="the next {days} days"),
    "show_preview": Text(es="Mostrar los avisos", en="Show the notices"),
    "messages": Text(es="Mensajes", en="Messages"),
    "sent_at": Text(es="Cuándo", en="When"),
    "recipient": Text(es="Para", en="To"),
    "subject": Text(es="Asunto", en="Subject"),
    "by_channel": Text(es="Medio", en="Channel"),
    "language": Text(es="Idioma", en="Language"),
    "no_address": Text(es="sin dirección", en="no address"),
    "more_of_others": Text(
        es="y {number} más de iniciativas de otras oficinas", en="and {number} more about initiatives of other offices"
    ),
    "more_messages": Text(
        es="Se muestran los primeros 500. Elija menos días.", en="The first 500 are shown. Choose fewer days."
    ),
    "no_messages": Text(es="No se enviaría nada.", en="Nothing would be sent."),
    "preview_help": Text(
        es="Lo que aún se registre o se decida no se puede prever.",
        en="What is yet to be recorded or decided is not foreseen.",
    ),
    "enrol": Text(es="Inscribir una iniciativa", en="Enrol an initiative"),
    "initiative_name": Text(es="Nombre", en="Name"),
    "name_missing": Text(es="Escriba el nombre.", en="Write the name."),
    "initiative_id": Text(es="Id", en="Id"),
    "initiative_id_help": Text(
        es="Corto y para siempre: minúsculas, cifras y guiones, por ejemplo automotriz-nl.",
        en="Short and for ever: lower case letters, digits and hyphens, for example automotive-nl.",
    ),
    "id_missing": Text(es="Escriba un id.", en="Write an id."),
    "id_taken": Text(es="Ese id ya existe. Elija otro.", en="That id exists already. Choose another one."),
    "model_missing": Text(es="Elija un modelo.", en="Choose a model."),
    "office_missing": Text(es="Elija la oficina.", en="Choose the office."),
    "country": Text(es="País", en="Country"),
    "country_missing": Text(es="Elija el país.", en="Choose the country."),
    "place": Text(es="Lugar", en="Place"),
    "sector": Text(es="Sector", en="Sector"),
    "initiative_timezone": Text(es="Zona horaria", en="Time zone"),
    "initiative_timezone_help": Text(es="Si no elige ninguna, vale UTC.", en="If you choose none, UTC is used."),
}
