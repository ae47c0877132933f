"""The texts of the page *Me*."""

from __future__ import annotations

from clusterflow.domain.text import Text

ME: dict[str, Text] = {
    "me": Text(es="Mi cuenta", en="My account"),
    "preferences": Text(es="Preferencias", en="Preferences"),
    "my_language": Text(es="Idioma de mis avisos y páginas", en="Language of my notices and pages"),
    "not_stated": Text(es="Sin indicar", en="Not stated"),
    "language_es": Text(es="español", en="Spanish"),
    "language_en": Text(es="inglés", en="English"),
    "language_ca": Text(es="catalán", en="Catalan"),
    "language_eu": Text(es="euskera (en parte)", en="Basque (in part)"),
    "language_pt": Text(es="portugués", en="Portuguese"),
    "my_timezone": Text(es="Mi zona horaria", en="My time zone"),
    "my_timezone_help": Text(
        es="Si no elige ninguna, vale la de cada iniciativa.",
        en="If you choose none, that of each initiative is used.",
    ),
    "timezone_mistake": Text(
        es="No existe esa zona horaria. Elija una de la lista.",
        en="There is no such time zone. Choose one from the list.",
    ),
    "my_digest_day": Text(es="Día de mi resumen semanal", en="Day of my weekly digest"),
    "as_the_office": Text(es="El de la oficina", en="That of the office"),
    "save": Text(es="Guardar", en="Save"),
    "channels": Text(es="Cómo me llegan los avisos", en="How notices reach me"),
    "by_mail_alone": Text(es="Por correo electrónico.", en="By e-mail."),
    "channel": Text(es="Canal", en="Channel"),
    "rank": Text(es="Orden", en="Order"),
    "remove": Text(es="Quitar", en="Remove"),
    "change_channel": Text(es="Añadir o cambiar un canal", en="Add or change a channel"),
    "channel_mistake": Text(es="Elija un canal de la lista.", en="Choose a channel from the list."),
    "channel_address": Text(es="Mi dirección en ese canal", en="My address there"),
    "channel_address_help": Text(
        es="Un teléfono o un chat. Vacío: mi correo electrónico.", en="A telephone number or a chat. Empty: my e-mail."
    ),
    "channel_address_mistake": Text(
        es="La dirección no se acepta: hasta 254 caracteres, sin espacios ni comillas.",
        en="This address is not accepted: at most 254 characters, without blanks and quotation marks.",
    ),
    "channels_by_office": Text(
        es="Para cambiarlos, pídalo a la oficina: por estos canales llegan los códigos de sus votos.",
        en="Ask the office to change them: the codes of your votes come by these channels.",
    ),
    "my_calendar": Text(es="Mi calendario", en="My calendar"),
    "feed_none": Text(
        es="Haga una dirección y añádala a su programa de calendario: tendrá al día sus reuniones y plazos.",
        en="Make an address and add it to your calendar program: it keeps your meetings and deadlines up to date.",
    ),
    "feed_since": Text(
        es="Su calendario tiene una dirección secreta desde el", en="Your calendar has a secret address since"
    ),
    "feed_hidden": Text(
        es="Si la perdió o alguien más la conoce, haga otra: la anterior deja de servir.",
        en="If you have lost it, or somebody else knows it, make another one: the one before stops working.",
    ),
    "feed_make": Text(es="Hacer una dirección", en="Make an address"),
    "feed_change": Text(es="Hacer otra dirección", en="Make another address"),
    "feed_remove": Text(es="Quitar la dirección", en="Remove the address"),
    "feed_made": Text(es="La dirección de su calendario", en="The address of your calendar"),
    "feed_once": Text(
        es="Cópiela ahora: no se vuelve a mostrar. Quien la conoce puede leer su calendario.",
        en="Copy it now: it is not shown again. Everybody who knows it can read your calendar.",
    ),
    "sent_to_me": Text(es="Avisos que recibí", en="Notices sent to me"),
    "nothing_sent": Text(es="Todavía no se le envió ningún aviso.", en="No notice was sent to you yet."),
    "not_delivered": Text(es="no se pudo entregar", en="could not be delivered"),
    "tokens": Text(es="Claves para programas", en="Tokens for programs"),
    "tokens_help": Text(
        es="Con una clave, un programa suyo usa la interfaz JSON en su nombre y con sus derechos.",
        en="With a token, a program of yours uses the JSON interface in your name, with your rights.",
    ),
    "token_name": Text(es="Para qué es la clave", en="What the token is for"),
    "token_name_mistake": Text(
        es="Escriba para qué es, en hasta 100 caracteres.", en="Write what it is for, in at most 100 characters."
    ),
    "too_many_tokens": Text(
        es="Ya tiene tantas claves como se permiten. Revoque una.", en="You have as many tokens as allowed. Revoke one."
    ),
    "token_make": Text(es="Hacer una clave", en="Make a token"),
    "token_made": Text(es="Su clave nueva", en="Your new token"),
    "token_once": Text(
        es="Cópiela ahora: no se vuelve a mostrar. Guárdela como una contraseña.",
        en="Copy it now: it is not shown again. Keep it like a password.",
    ),
    "made_on": Text(es="hecha el", en="made on"),
    "ends_on": Text(es="vence el", en="ends on"),
    "last_used": Text(es="usada por última vez el", en="last used on"),
    "never_used": Text(es="nunca usada", en="never used"),
    "revoke": Text(es="Revocar", en="Revoke"),
    "sessions": Text(es="Sesiones", en="Sessions"),
}
