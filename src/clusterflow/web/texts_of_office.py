"""The texts of the page *Office*."""

from __future__ import annotations

from clusterflow.domain.text import Text

OFFICE: dict[str, Text] = {
    "office": Text(es="Oficina", en="Office"),
    "portfolio": Text(es="Portafolio", en="Portfolio"),
    "visits": Text(es="Necesitan una visita", en="Need a visit"),
    "days": Text(es="días", en="days"),
    "search_name": Text(es="Buscar por nombre", en="Search by name"),
    "model": Text(es="Modelo", en="Model"),
    "all_models": Text(es="Todos los modelos", en="All models"),
    "filter": Text(es="Filtrar", en="Filter"),
    "refused_submissions": Text(es="Envíos rechazados", en="Refused submissions"),
    "refused_submission": Text(es="Envío rechazado", en="Refused submission"),
    "nothing_refused": Text(es="No hay envíos rechazados.", en="There are no refused submissions."),
    "mistakes_count": Text(es="errores", en="mistakes"),
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
    "country_help": Text(es="Código de dos letras: MX, ES, CO …", en="Code of two letters: MX, ES, CO …"),
    "country_missing": Text(es="Escriba el país.", en="Write the country."),
    "place": Text(es="Lugar", en="Place"),
    "sector": Text(es="Sector", en="Sector"),
    "initiative_timezone": Text(es="Zona horaria", en="Time zone"),
    "initiative_timezone_help": Text(
        es="Por ejemplo America/Monterrey. Vacío: UTC.", en="For example America/Monterrey. Empty: UTC."
    ),
}
