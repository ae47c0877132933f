"""The texts of the command line in Spanish, by their English templates."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    # status and ledger
    "Portfolio on {}": "Portafolio al {}",
    "No initiative was enrolled on that day.": "Ese día no había ninguna iniciativa inscrita.",
    "No initiative is enrolled. Begin with: clusterflow enrol ID --model "
    "MODEL name=... country=...": "No hay iniciativas inscritas. Para empezar: clusterflow enrol ID --model MODELO "
    "name=... country=...",
    "Not judged, because the region is not recorded: {}. Record it with:": "Sin evaluar, porque no está registrada "
    "la región: {}. Regístrela con:",
    "{} could not be read: {}": "{} no se pudo leer: {}",
    "Waiting to go out: {} ledger entries for Prefect, {} notices.": "Por salir: {} asientos de la bitácora para "
    "Prefect, {} avisos.",
    "They go out while clusterflow is up, or with: clusterflow relay": "Salen mientras clusterflow está en marcha, "
    "o con: clusterflow relay",
    "{} notices could not be delivered and were given up.": "{} avisos no se pudieron entregar y se abandonaron.",
    "Correct the address, and send again: clusterflow notices dead; "
    "clusterflow notices retry #": "Corrija la dirección y envíe de nuevo: clusterflow notices dead; clusterflow "
    "notices retry #",
    "{} refused submissions wait to be corrected. Look with: clusterflow intake refused": "{} entregas rechazadas "
    "esperan corrección. Véalas con: clusterflow intake refused",
    "#{} {} of {} for {}, by {}: {}": "#{} {} de {} para {}, por {}: {}",
    "condition until {}: {} at {} ({})": "condición hasta el {}: {}, en {} ({})",
    "Ledger of {}": "Bitácora de {}",
    "say whose ledger: clusterflow ledger INITIATIVE; all are checked "
    "by: ledger --verify": "indique de quién: clusterflow ledger INICIATIVA; todas se revisan con: ledger --verify",
    "the ledger of «{}» is whole: {} entries, {} facts": "la bitácora de «{}» está íntegra: asientos: {}, datos: {}",
    # explain, evaluate, enrol
    "{} · gate {}: {} · {} ·": "{} · puerta {}: {} · {} ·",
    "no stage is under way": "no hay ninguna etapa en curso",
    "* rests on facts entered after that day": "* se apoya en datos registrados después de ese día",
    "review {} is open; decides: {}; findings {}": "la revisión {} está abierta; decide: {}; hallazgos {}",
    "decides: {}; findings {}": "decide: {}; hallazgos {}",
    "{}decides: {}; findings {}": "{}decide: {}; hallazgos {}",
    "{} · what if, on {}:": "{} · qué pasaría, al {}:",
    "{} · until {}: nothing turns.": "{} · hasta el {}: nada cambia.",
    "{} · from {} until {}": "{} · del {} al {}",
    "No initiative is enrolled.": "No hay ninguna iniciativa inscrita.",
    "give either INITIATIVE, or --portfolio": "indique INICIATIVA o --portfolio",
    "{} on {}": "{} al {}",
    "✔ its gate would be passed; ▶ it would be in this stage; · ahead": "✔ pasaría su puerta; ▶ estaría en esta etapa; "
    "· por venir",
    "name at least one model: --models basque,catalan": "indique al menos un modelo: --models basque,catalan",
    "no difference": "ninguna diferencia",
    "{} {}: {} of {} live initiatives change": "{} {}: cambian {} de {} iniciativas activas",
    "{} would pass from {} to {}:": "{} pasaría de {} a {}:",
    "{}: {} → {}": "{}: {} → {}",
    "{}: refused: {}": "{}: rechazada: {}",
    "{}: still": "{}: sigue",
    "No answer and no number of it would change.": "No cambiaría ninguna respuesta ni ningún valor.",
    "Nothing was written.": "No se registró nada.",
    "{} lives under {} ({}), in: {}": "{} sigue el modelo {} ({}) y está en: {}",
    "nothing changed": "no cambió nada",
    # rulebooks
    "Rulebooks": "Reglamentos",
    "Rulebooks on {}": "Reglamentos al {}",
    "{}: no mistake; texts: {}; rules: {}": "{}: sin errores; textos: {}; reglas: {}",
    # gates
    "review {} is open; the gate is {}; findings {}": "la revisión {} está abierta; la puerta está: {}; hallazgos {}",
    "a new code for the gate of {} goes to {} with the next notices": "con los próximos avisos sale para {1} un "
    "código nuevo para la puerta de {0}",
    "noted; it counts for no decision at the gate of {}": "anotado; no cuenta para ninguna decisión en la puerta de {}",
    "counted: {} of {} at the gate of {}": "contado: {} de {} en la puerta de {}",
    "taken back at the gate of {}": "retirado en la puerta de {}",
    "counted: {} of {} at the gate of {}; a veto stands, which only its decider can take back (withdraw)": (
        "contado: {} de {} en la puerta de {}; hay un veto, que solo puede retirar quien lo puso (retirar)"
    ),
    "counted: {} of {} at the gate of {}; somebody of another helix kind must agree, too": (
        "contado: {} de {} en la puerta de {}; falta también el acuerdo de alguien de otro tipo de hélice"
    ),
    "{}: {}; begun: {}": "{}: {}; comienza: {}",
    "; begun: {}": "; comienza: {}",
    "refused: {}": "rechazado: {}",
    "«{}» is no condition": "«{}» no es una condición",
    "CRITERION=YYYY-MM-DD": "CRITERIO=AAAA-MM-DD",
    "Code of your notice:": "Código de su aviso:",
    "{}, or in Spanish: adelante, espera, fin ...": "{}; o en español: adelante, espera, fin ...",
    "{}: declined{}": "{}: omitida{}",
    "{}: declined": "{}: omitida",
    "{}: declined; begun: {}": "{}: omitida; comienza: {}",
    # forget and seal
    "{} facts now name {}: {}": "{} datos nombran ahora a {}: {}",
    "notices deleted: {}; other texts in which a name or address was replaced: {}": "avisos borrados: {}; otros "
    "textos en los que se sustituyó un nombre o una dirección: {}",
    "{} ledger entries name the id as their actor and stay as they are: "
    "an id is no name": "{} asientos de la bitácora nombran el identificador como autor y se quedan así: un "
    "identificador no es un nombre",
    "this cannot be undone; say that it is meant by --yes": "esto no se puede deshacer; confírmelo con --yes",
    "another id was typed; nothing was changed": "se escribió otro identificador; no cambió nada",
    "Forget «{}»? This cannot be undone. Type the id again:": "¿Olvidar a «{}»? No se puede deshacer. Escriba otra "
    "vez el identificador:",
    "the ledger holds all {} entries of {} chains that were sealed on {}": "la bitácora tiene los {} asientos de {} "
    "cadenas que se sellaron el {}",
    # records, workbooks, files
    "give either TYPE key=value ..., or --from FILE": "indique TIPO campo=valor ... o --from ARCHIVO",
    "give either key=value ..., or --from FILE": "indique campo=valor ... o --from ARCHIVO",
    "written: {}": "escrito: {}",
    "wrote {}": "escrito: {}",
    "{} is not an .xlsx file; name one, as in --to {}.xlsx": "{} no es un archivo .xlsx; indique uno, como --to "
    "{}.xlsx",
    "{} is larger than {} MB; split it and import the parts": "{} pesa más de {} MB; divídalo e importe las partes",
    "Values that look like a mistake: {}. Keep them as they are?": "Valores que parecen un error: {}. ¿Dejarlos como "
    "están?",
    "nothing was recorded; correct the workbook and import it again": "no se registró nada; corrija el libro e "
    "impórtelo otra vez",
    "no feed has a web address. Let a web server show the folder of CLUSTERFLOW_CALENDARS, and set "
    "CLUSTERFLOW_CALENDARS_URL to its address": "ningún calendario tiene dirección web. Publique la carpeta de "
    "CLUSTERFLOW_CALENDARS en un servidor web y ponga su dirección en CLUSTERFLOW_CALENDARS_URL",
    "Nothing changes.": "No cambia nada.",
    "Record this?": "¿Registrar esto?",
    "Please answer with one of: {}": "Responda con una de estas palabras: {}",
    "{} «{}» may be {}. Who is it?": "{} «{}» puede ser {}. ¿Quién es?",
    "Records that no longer have a row: {}.": "Registros que ya no tienen fila: {}.",
    "Empty cells of which the registry holds a value: {}.": "Celdas vacías de las que el registro tiene un valor: {}.",
    "nothing was recorded; answer these questions first: {}": "no se registró nada; responda antes a estas "
    "preguntas: {}",
    "nothing was recorded; answer these questions first:": "no se registró nada; responda antes a estas preguntas:",
    "--doubles new or --doubles same, or the ids in the workbook": "--doubles new o --doubles same, o los "
    "identificadores en el libro",
    "--removed keep, end or withdraw": "--removed keep, end o withdraw",
    "--emptied keep or clear": "--emptied keep o clear",
    "Nothing was recorded.": "No se registró nada.",
    "Nothing was recorded; repeat with --yes to record it.": "No se registró nada; repita con --yes para registrarlo.",
    "the mistakes are marked in {}": "los errores están marcados en {}",
    "the mistakes are marked in {} (an .xlsx copy: {} files cannot hold marks)": "los errores están marcados en {} "
    "(una copia .xlsx: los archivos {} no admiten marcas)",
    "no copy with marks could be written of this workbook; these are its mistakes": "de este libro no se pudo "
    "escribir una copia con marcas; estos son sus errores",
    "opening": "abriendo",
    "reading rows": "leyendo filas",
    "comparing": "comparando",
    "recording": "registrando",
    "{} mistakes; nothing was changed:": "{} errores; no cambió nada:",
    "already taken in on {}; nothing changed": "ya se recibió el {}; no cambió nada",
    "{} entered": "registrados: {}",
    "{} entered, {} unchanged": "registrados: {}, sin cambios: {}",
    "{} entered, {} corrected": "registrados: {}, corregidos: {}",
    "{} entered, {} corrected, {} unchanged": "registrados: {}, corregidos: {}, sin cambios: {}",
    "{} entered, {} retracted": "registrados: {}, retirados: {}",
    "{} entered, {} retracted, {} unchanged": "registrados: {}, retirados: {}, sin cambios: {}",
    "{} entered, {} corrected, {} retracted": "registrados: {}, corregidos: {}, retirados: {}",
    "{} entered, {} corrected, {} retracted, {} unchanged": "registrados: {}, corregidos: {}, retirados: {}, "
    "sin cambios: {}",
    "{} corrected": "corregidos: {}",
    "{} corrected, {} unchanged": "corregidos: {}, sin cambios: {}",
    "{} corrected, {} retracted": "corregidos: {}, retirados: {}",
    "{} corrected, {} retracted, {} unchanged": "corregidos: {}, retirados: {}, sin cambios: {}",
    "{} retracted": "retirados: {}",
    "{} retracted, {} unchanged": "retirados: {}, sin cambios: {}",
    "{} unchanged": "sin cambios: {}",
    "«{}» is no day": "«{}» no es una fecha",
    "«{}» is no id": "«{}» no es un identificador",
    "{} is no id": "{} no es un identificador",
    "{} is not accepted": "{} no se acepta",
    "is not accepted": "no se acepta",
    "1 to {} signs": "de 1 a {} caracteres",
    "1 to {} characters": "de 1 a {} caracteres",
    "contains a character that is not allowed": "tiene un carácter que no se permite",
    "text in UTF-8": "texto en UTF-8",
    "there is no file {}": "no existe el archivo {}",
    "{} cannot be read: {}": "{} no se puede leer: {}",
    "{} is larger than {} MB; give it in parts": "{} pesa más de {} MB; entréguelo en partes",
    "the fact of entry {} is not what the ledger says is left of it": "el hecho del asiento {} no es lo que, según el "
    "libro, queda de él",
    "{} has a line of more than {} MB; split it": "{} tiene una línea de más de {} MB; divídala",
    "{} was changed while it was read; nothing was recorded. Try again": "{} cambió mientras se leía; "
    "no se registró nada. Inténtelo de nuevo",
    "--from needs a file, and «{}» is an option; a file of that name is ./{}": "--from necesita un archivo, y «{}» "
    "es una opción; un archivo con ese nombre es ./{}",
    "--to needs a file, and «{}» is an option; a file of that name is ./{}": "--to necesita un archivo, y «{}» es "
    "una opción; un archivo con ese nombre es ./{}",
    # report
    "a PDF is not shown here; name a file for it: --to FILE": "un PDF no se muestra aquí; indique un archivo: --to "
    "ARCHIVO",
    "no initiative is named": "no se indicó ninguna iniciativa",
    "an initiative's id, or --portfolio": "el identificador de una iniciativa, o --portfolio",
    "a dossier is HTML or, with --pdf, a PDF": "un dossier es HTML o, con --pdf, un PDF",
    "with --portfolio": "con --portfolio",
    "it is of all initiatives, and «{}» is one": "es de todas las iniciativas, y «{}» es una",
    "a portfolio as {} has no tables of its own": "un portafolio en {} no tiene tablas propias",
    "--format csv": "--format csv",
    "«{}» tells no format": "«{}» no dice en qué formato",
    "Or say it with --format": "O indíquelo con --format",
    # intake
    "Refused submissions": "Entregas rechazadas",
    "Show one: clusterflow intake show NUMBER. Correct it: clusterflow "
    "intake retry NUMBER key=value ...": "Vea una: clusterflow intake show NÚMERO. Corríjala: clusterflow intake "
    "retry NÚMERO campo=valor ...",
    "sent:": "enviado:",
    "nothing was refused": "no se rechazó nada",
    "no refused submission waits": "no hay entregas rechazadas en espera",
    "waiting": "en espera",
    "mended": "corregida",
    "corrected": "corregida",
    "dropped": "descartada",
    "{} by {} on {}": "{} por {} el {}",
    "#{} is corrected: {}": "#{} está corregida: {}",
    "#{} is dropped": "#{} está descartada",
    # models
    "Models": "Modelos",
    "decides: {}; allowed: {} days": "decide: {}; plazo: {} días",
    "after {}": "después de {}",
    "never decides alone: {}, at the gates of {} ({})": "nunca decide por sí solo: {}, en las puertas de {} ({})",
    "never decides: {}, at the gates of {} ({})": "nunca decide: {}, en las puertas de {} ({})",
    "optional": "opcional",
    "open-ended": "sin fin fijo",
    "{}: no mistake; stages: {}; {}": "{}: sin errores; etapas: {}; {}",
    # dues
    "There is no scheme in configs/dues.": "No hay ningún esquema en configs/dues.",
    "{}: no mistake; brackets by {}: {}": "{}: sin errores; tramos por {}: {}",
    "--year goes with an initiative; of all of them the dues of this year are issued": "--year va con una "
    "iniciativa; para todas se emiten las cuotas de este año",
    "No initiative has adopted a dues scheme.": "Ninguna iniciativa ha adoptado un esquema de cuotas.",
    "«{}» is no year of dues": "«{}» no es un año de cuotas",
    "a year from 1900 to 2999": "un año de 1900 a 2999",
    # notices
    "Notices from {} to {}": "Avisos del {} al {}",
    "Messages: {}. What is yet to be recorded or decided is not foreseen; "
    "nothing was sent.": "Mensajes: {}. No se prevé lo que falta por registrar o decidir; no se envió nada.",
    "Messages to the manager under {}": "Mensajes a la gerencia con el modelo {}",
    "A quarter has {} messages on average, and {} at most.": "Un trimestre tiene {} mensajes en promedio, y {} como "
    "máximo.",
    "Most is told by:": "Lo más frecuente:",
    "Most is told by: {}": "Lo más frecuente: {}",
    "It is assumed:": "Se supone:",
    "Notices given up": "Avisos abandonados",
    "Correct what is wrong (clusterflow record person id=... email=...), "
    "then: clusterflow notices retry #": "Corrija lo que falla (clusterflow record person id=... email=...) y "
    "después: clusterflow notices retry #",
    "{} notices wait again. They go out while clusterflow is up, or "
    "with: clusterflow relay": "{} avisos esperan otra vez. Salen mientras clusterflow está en marcha, o con: "
    "clusterflow relay",
    "nothing was given up": "no se abandonó ningún aviso",
    "say which: numbers as `clusterflow notices dead` lists them, --to "
    "PERSON, or --all": "indique cuáles: los números que muestra `clusterflow notices dead`, --to PERSONA o --all",
    "#{} {}: to {} again": "#{} {}: otra vez para {}",
    "#{} {}: not sent, its gate is open no more": "#{} {}: no se envió, su puerta ya no está abierta",
    "{} (its gate is open no more)": "{} (su puerta ya no está abierta)",
    "{} (no e-mail)": "{} (sin correo)",
    "{} things": "{} cosas",
    "{} lies before {}": "el {} es anterior al {}",
    "the same day or a later one": "el mismo día o uno posterior",
    "{} is gone by": "el {} ya pasó",
    "a day from today on": "un día a partir de hoy",
    "See: clusterflow ledger": "Vea: clusterflow ledger",
    "{} is {} days ahead": "faltan {1} días para el {0}",
    "at most {}": "como máximo {}",
    # prefect_commands
    "Prefect UI    {}": "Prefect       {}",
    "Portfolio     {}/v2/artifacts/key/portfolio": "Portafolio    {}/v2/artifacts/key/portfolio",
    "Portfolio     {}/v2/artifacts/key/portfolio (after the first "
    "review, in a moment)": "Portafolio    {}/v2/artifacts/key/portfolio (después de la primera revisión, en un "
    "momento)",
    "{} ledger entries still wait for Prefect: {}": "{} entradas de la bitácora siguen a la espera de Prefect: {}",
    "another relay has them": "las tiene otro proceso",
    "opened again: {}": "abierto de nuevo: {}",
    "queued again, its worker is gone: {}": "de nuevo en cola, porque su trabajador ya no existe: {}",
    "closed: {}": "cerrado: {}",
    "failed: {}": "falló: {}",
    "{} open gates wait for a worker to show their form": "{} puertas abiertas esperan a que un trabajador muestre "
    "su formulario",
    "{} open gates were in order": "{} puertas abiertas estaban en orden",
    "deploy it with: clusterflow deploy": "despliéguelo con: clusterflow deploy",
    "the Prefect server at {} refuses the password: set "
    "CLUSTERFLOW_PREFECT_AUTH to its user:password": "el servidor de Prefect en {} no acepta la clave: ponga "
    "CLUSTERFLOW_PREFECT_AUTH, su usuario:clave",
    "Gates open    {}/v2/runs?tags=gate-open": "Puertas       {}/v2/runs?tags=gate-open",
    "a person has at most {} tokens: revoke one first": "una persona tiene como máximo {} claves: revoque una primero",
    "an initiative is called «{}» already": "ya hay una iniciativa que se llama «{}»",
    "CLUSTERFLOW_OIDC_ISSUER is not the issuer that the OpenID provider names": "CLUSTERFLOW_OIDC_ISSUER no es el "
    "emisor que nombra el proveedor de OpenID",
    "the OpenID provider does not answer as expected: no object": "el proveedor de OpenID no responde lo esperado: no "
    "es un objeto",
    "the OpenID provider does not answer as expected: {}": "el proveedor de OpenID no responde lo esperado: {}",
    "the answer of the OpenID provider proves nothing: {}": "la respuesta del proveedor de OpenID no prueba nada: {}",
    "the OpenID provider answers about somebody else": "el proveedor de OpenID responde sobre otra persona",
    "Web pages     {}": "Páginas web   {}",
    "Metrics       {}": "Métricas      {}",
    "the web pages did not start; see {}: {}": "las páginas web no arrancaron; mire {}: {}",
    "port {} is taken by another program: end it, or set CLUSTERFLOW_WEB_PORT": "el puerto {} está ocupado por otro "
    "programa: ciérrelo o defina CLUSTERFLOW_WEB_PORT",
    "Stop with Ctrl-C.": "Termine con Ctrl-C.",
    "stopping ...": "terminando ...",
    "stopped; nothing is left running": "terminado; no queda nada en marcha",
    "published {} events, began {} passes": "{} eventos publicados, {} pasadas comenzadas",
    "sent {} notices, {} failed": "{} avisos enviados, {} fallidos",
    "left as it is: {}": "se deja como está: {}",
    "left as it is: model {}: {}": "se deja como está: modelo {}: {}",
    "deployed: {}": "desplegado: {}",
    "would deploy {}": "se desplegaría {}",
    "no longer declared: {}": "ya no se declara: {}",
    "removed: {}": "eliminados: {}",
    "Remove them with: clusterflow deploy --yes": "Elimínelos con: clusterflow deploy --yes",
    "; what it said before is in {}": "; lo anterior está en {}",
    "wrote {}; what it said before is in {}": "escrito: {}; lo anterior está en {}",
    "«{}» is not accepted": "«{}» no se acepta",
    "a whole number ≥ 1": "un número entero ≥ 1",
    "{}: schema {}": "{}: esquema {}",
    "{}: schema {}, was {}": "{}: esquema {}, antes {}",
    ", was {}": ", antes {}",
    "empty": "vacío",
    "{}: schema {}; needed: {}": "{}: esquema {}; se necesita: {}",
    "{}: copied to {}": "{}: copiado en {}",
    "{} now has:": "{} tiene ahora:",
    "Next:": "Siga con:",
    "Next:\n  cd {}\n  clusterflow up": "Siga con:\n  cd {}\n  clusterflow up",
    "say where: clusterflow calendar write FOLDER, or set CLUSTERFLOW_CALENDARS": "indique dónde: clusterflow "
    "calendar write CARPETA, o defina CLUSTERFLOW_CALENDARS",
    "{} lines": "{} líneas",
    "{} events": "{} eventos",
    "{}: {} lines": "{}: {} líneas",
    "{}: {} events": "{}: {} eventos",
    # failures
    "the settings cannot be read: {}. {}": "no se pueden leer los ajustes: {}. {}",
    "another program has been writing to the database for too long; try again": "otro programa lleva demasiado "
    "tiempo escribiendo en la base de datos; inténtelo de nuevo",
    "the database did not do it, and nothing was changed: {}": "la base de datos no lo hizo, y no cambió nada: {}",
    "«{}» cannot be written in {}; where the terminal is to blame, set "
    "PYTHONIOENCODING=utf-8": "«{}» no se puede escribir en {}; si es por la terminal, defina PYTHONIOENCODING=utf-8",
    "an answer was waited for, and there was none": "se esperaba una respuesta y no la hubo",
    "what was asked for could not be read or written: {}": "no se pudo leer o escribir lo que se pidió: {}",
}

HEADS: dict[str, str] = {
    "rulebook": "reglamento",
    "texts": "textos",
    "id": "id",
    "for whom": "para quién",
    "valid": "vigencia",
    "metric": "indicador",
    "initiative": "iniciativa",
    "model": "modelo",
    "stage": "etapa",
    "stages": "etapas",
    "days": "días",
    "milestone": "hito",
    "milestones": "hitos",
    "waits for": "espera",
    "gate": "puerta",
    "since": "desde",
    "due": "vence",
    "achieved": "alcanzado",
    "criterion": "criterio",
    "found": "encontrado",
    "asked": "se pide",
    "severity": "peso",
    "rule": "regla",
    "what would help": "qué ayudaría",
    "what": "qué",
    "at": "cuándo",
    "on": "el",
    "by": "por",
    "to": "para",
    "for": "para",
    "from": "de",
    "subject": "asunto",
    "tries": "intentos",
    "the last answer": "última respuesta",
    "received": "recibido",
    "state": "estado",
    "mistakes": "errores",
    "first mistake": "primer error",
    "title": "título",
    "source": "fuente",
    "bound": "límite",
    "keep": "se mantiene con",
    "quarter": "trimestre",
    "urgent": "urgentes",
    "normal": "normal",
    "digest": "resumen",
    "ordinary": "normales",
    "digests": "resúmenes",
    "tell": "cuentan",
    "name": "nombre",
    "report": "report",
    "before": "antes",
    "after": "después",
    "what comes": "qué viene",
    "what is different": "qué es distinto",
    "what would change": "qué cambiaría",
}
"""The heads of columns, and other words that stand alone."""
