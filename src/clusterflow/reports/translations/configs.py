"""The texts of mistakes in an office's configuration in Spanish, by their English templates."""

from __future__ import annotations

CONFIGS: dict[str, str] = {
    "the scheme «{}» is also in another file": "el esquema «{}» está también en otro archivo",
    "{}.yaml": "{}.yaml",
    "«{}» is not the model that is meant here": "«{}» no es el modelo del que se trata aquí",
    "{} has no stage «{}»": "{} no tiene la etapa «{}»",
    "{} has no stage {}": "{} no tiene la etapa {}",
    "the id of the former model, like basque": "el identificador del modelo anterior, como basque",
    "the id of the new model, like catalan": "el identificador del modelo nuevo, como catalan",
    "a mapping from stages of the former model to stages of the new one": "las etapas del modelo anterior, cada una "
    "con una etapa del nuevo",
    "every value in exactly one bracket": "cada valor en un solo tramo",
    "every value in a bracket": "cada valor en algún tramo",
    "one currency for all brackets": "una sola moneda para todos los tramos",
    "the key «size» is missing": "falta la clave «size»",
    "a mapping from the id of each metric to its declaration": "el identificador de cada indicador con su declaración",
    "the key «{}» is missing": "falta la clave «{}»",
    "another criterion of this gate is also called «{}», on line {}": "otro criterio de esta puerta también se "
    "llama «{}», en la línea {}",
    "the day {} is in two of them, here and on line {}": "el día {} está en dos, aquí y en la línea {}",
    "the day {} is in none of them: line {} ends before it": "el día {} no está en ninguno: el de la línea {} "
    "termina antes",
    "the day {} is in none of them": "el día {} no está en ninguno",
    "one text on each day": "un solo texto cada día",
    "every id once on each day": "cada identificador una vez cada día",
    "windows of one kind that do not overlap": "plazos de un tipo que no se crucen",
    "every day of the year in one of the windows": "cada día del año en uno de los plazos",
    "the window closes on {}, before it opens on {}{}": "el plazo cierra el {}, antes de abrir el {}{}",
    " for an award of {}": " con una concesión del {}",
    "a day on or after the one on which it opens": "una fecha igual o posterior a la de apertura",
    "a day after its first": "una fecha posterior a la primera",
    "the rule «{}» is in force on no day of its text": "la regla «{}» no rige ningún día de su texto",
    "days within the text": "fechas dentro del texto",
    "another text is also called «{}», on line {}": "otro texto también se llama «{}», en la línea {}",
    "every id once in a rulebook": "cada identificador una vez en un reglamento",
    "the rulebook «{}» is in a file called {}": "el reglamento «{}» está en un archivo llamado {}",
    "the metric {} is about a stage, and a rulebook has none": "el indicador {} trata de una etapa, y un reglamento "
    "no tiene ninguna",
    "another metric": "otro indicador",
    "valid_until and valid_for are both given": "se dan a la vez valid_until y valid_for",
    "one of the keys valid_for and valid_until": "una de las claves valid_for y valid_until",
    "every id once in a gate": "cada identificador una vez en una puerta",
    "Give one of them an «id» of its own": "Dele a uno de ellos un «id» propio",
    "nobody could decide here: {} must agree but is excluded by «never»": "aquí nadie podría decidir: {} debe estar "
    "de acuerdo, pero «never» lo excluye",
    "helix kinds that are not in «never»": "tipos de hélice que no estén en «never»",
    "{} people of certain helix kinds are required, but only {} decide": "se piden {} personas de ciertos tipos de "
    "hélice, pero solo deciden {}",
    "{} at most, or a higher «need»": "como máximo {}, o un «need» mayor",
    "{} has no vote at this gate": "{} no tiene voto en esta puerta",
    "{} people must decide, but {} {} held by one person at a time": "deben decidir {} personas, pero {} {} una "
    "sola persona a la vez",
    "at most {}, or a role that several people hold": "como máximo {}, o un papel que tengan varias personas",
    "nobody can decide here: every helix kind is excluded": "aquí nadie puede decidir: se excluyen todos los tipos "
    "de hélice",
    "one or more helix kinds that may decide": "uno o más tipos de hélice que puedan decidir",
    "nobody could decide here: only the office may decide, and a "
    "government office is excluded": "aquí nadie podría decidir: solo puede la oficina, y se excluye a una oficina "
    "del gobierno",
    "another role beside office": "otro papel además de office",
    "the government could decide the gate of a stage of the kind {}": "el gobierno podría decidir la puerta de una "
    "etapa del tipo {}",
    "never: [government]": "never: [government]",
    "{} could decide the gate of a stage of the kind {}": "{} podría decidir la puerta de una etapa del tipo {}",
    "never: [{}]": "never: [{}]",
    "The model excludes it there, by {} (exclusions)": "El modelo lo excluye ahí, según {} (exclusions)",
    "«{}» is named twice for «{}»": "«{}» está dos veces para «{}»",
    "every day of a place once": "cada día de un lugar una vez",
    "a country or region by ISO 3166, as MX or MX-NLE": "un país o una región según ISO 3166, como MX o MX-NLE",
    "a day, like 2026-11-02": "un día, como 2026-11-02",
    "where it is written, like the decree": "dónde consta, como el decreto",
    "{} could decide alone the gate of a stage of the kind {}": "{} podría decidir por sí solo la puerta de una etapa "
    "del tipo {}",
    "never_alone: [{}]": "never_alone: [{}]",
    "The model excludes that, by {} (exclusions)": "El modelo lo excluye, según {} (exclusions)",
    "The government may never decide a management gate": "El gobierno nunca decide en una puerta de gestión",
    "the model «{}» is also in {}": "el modelo «{}» está también en {}",
    "every model once": "cada modelo una vez",
    "there is no model in this folder": "no hay ningún modelo en esta carpeta",
    "files like basque.yaml": "archivos como basque.yaml",
    "the model «{}» is in a file called {}": "el modelo «{}» está en un archivo llamado {}",
    "exactly one of the keys event and on": "una sola de las claves event y on",
    "there is no template messages/{}.md": "no existe la plantilla messages/{}.md",
    "a mapping from each flow to its schedule": "cada flujo con su horario",
    "the flow «{}» has no schedule": "el flujo «{}» no tiene horario",
    "the file is empty": "el archivo está vacío",
    "the file does not exist": "el archivo no existe",
    "cannot be read: {}": "no se puede leer: {}",
    "Save the file as UTF-8": "Guarde el archivo en UTF-8",
    "this is not YAML: {}": "no es YAML: {}",
    "lists and mappings are nested too deeply to be read": "hay listas anidadas en demasiados niveles",
    "«{}» is no {}; accepted: {}": "«{}» no es {}; se acepta: {}",
    "two metrics are called {}": "dos indicadores se llaman {}",
    "the package {} offers the metric «{}» ({}), which cannot be used: {}. {}": "el paquete {} ofrece el indicador "
    "«{}» ({}), que no se puede usar: {}. {}",
    "there are two metrics «{}»; an id can be given only once": "hay dos indicadores «{}»; un identificador solo se "
    "puede dar una vez",
    "the packages {} and {} both offer a metric «{}». Uninstall one of them": "los paquetes {} y {} ofrecen ambos "
    "un indicador «{}». Desinstale uno de ellos",
}
