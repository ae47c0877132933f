"""What the parser of the command line says, in Spanish, by its English templates."""

from __future__ import annotations

PARSER: dict[str, str] = {
    "Error": "Error",
    "Display this message and exit.": "Muestra esta ayuda y termina.",
    "Display application version.": "Muestra la versión.",
    "Parameters": "Parámetros",
    "Commands": "Comandos",
    "Arguments": "Argumentos",
    "[required]": "[obligatorio]",
    "[default: {}]": "[por omisión: {}]",
    "[choices: {}]": "[valores: {}]",
    "Usage: {}": "Uso: {}",
    "COMMAND": "COMANDO",
    "OPTIONS": "OPCIONES",
    'Unknown command "{}". Available commands: {}.': "No existe el comando «{}». Comandos: {}.",
    'Unknown command "{}". Did you mean "{}"?': "No existe el comando «{}». ¿Quiso decir «{}»?",
    'Unknown command "{}". Did you mean "{}"? Available commands: {}.': (
        "No existe el comando «{}». ¿Quiso decir «{}»? Comandos: {}."
    ),
    "Unknown option: {}.": "No existe la opción {}.",
    "Unknown option: {}. Did you mean {}?": "No existe la opción {}. ¿Quiso decir {}?",
    'Unknown option: {}. Did you mean to place it directly after "{}"?': (
        "No existe aquí la opción {}. ¿Quiso ponerla justo después de «{}»?"
    ),
    'Command "{}" parameter {} requires an argument.': "«{}»: {} necesita un valor.",
    'Command "{}" parameter {} requires an argument. Did you mean {} instead of {}?': (
        "«{}»: {} necesita un valor. ¿Quiso decir {} en lugar de {}?"
    ),
    "Parameter {} requires an argument.": "{} necesita un valor.",
    "Parameter {} specified multiple times.": "{} aparece más de una vez.",
    "Parameter {} requires a value assigned with `=`. Use {}=VALUE.": "{} necesita un valor con «=»: {}=VALOR.",
    "Unused Tokens: {}.": "Sobran argumentos: {}.",
    'Invalid value for {}: unable to convert "{}" into int.': "{}: no se acepta «{}»; se acepta un número entero.",
    'Invalid value "{}" for {}. Choose from: {}.': "«{}» no se acepta en {}; se acepta: {}.",
    'Invalid value "{}" for {}. Choose from: {}. Did you mean "{}"?': (
        "«{}» no se acepta en {}; se acepta: {}. ¿Quiso decir «{}»?"
    ),
    "Cannot supply keyword & non-keyword arguments to {}.": "{} se dio a la vez con su nombre y sin él.",
}
"""What Cyclopts writes on help pages and about words that it cannot read."""
