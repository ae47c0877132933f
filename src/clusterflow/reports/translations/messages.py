"""The texts of errors and refusals in Spanish, by their English templates."""

from __future__ import annotations

MESSAGES: dict[str, str] = {
    "the rulebook {} has no rule called {}": "el reglamento {} no tiene ninguna regla con el nombre {}",
    "the rulebook {} has no open cut-off called {}": "el reglamento {} no tiene ningún umbral abierto con el nombre {}",
    "the bound {} does not fit a metric in {}": "el umbral {} no corresponde a una métrica en {}",
    "There are: {}": "Hay: {}",
    "no variables": "ninguna variable",
    "Record the {} first, or in the same file": "Registre antes ese dato ({:noun}), o en el mismo archivo",
    # values that look like a mistake
    "Correct it, or confirm it with confirm=true (in a workbook: --odd keep)": "Corríjalo, o confírmelo con "
    "confirm=true (en un libro: --odd keep)",
    "{}: {} lies too far in the past": "{}: el {} es demasiado antiguo",
    "{}: {} lies too far in the future": "{}: el {} es demasiado lejano",
    "{}: {} is less than zero": "{}: {} es un importe negativo",
    "{}: the invoice is due on {}, before its own day, {}": "{}: la factura vence el {}, antes de su propia fecha, "
    "el {}",
    "{}: with this payment, {} are paid on invoice «{}», which is of {}": "{}: con este pago se han pagado {} de la "
    "factura «{}», que es de {}",
    "Put its file into configs/rulebooks first": "Ponga antes su archivo en configs/rulebooks",
    "Put its file into configs/dues first": "Ponga antes su archivo en configs/dues",
    "See: clusterflow rulebook show {}": "Vea: clusterflow rulebook show {}",
    "the database has schema {}, but this clusterflow needs {}, which is newer. {}": "la base de datos tiene el "
    "esquema {}, y este clusterflow necesita el {}, que es más nuevo. {}",
    "«{}» is not a database address; accepted: sqlite:///FILE or "
    "postgresql+psycopg://USER@HOST/NAME": "«{}» no es la dirección de una base de datos; se acepta: "
    "sqlite:///ARCHIVO o postgresql+psycopg://USUARIO@SERVIDOR/NOMBRE",
    "pg_dump is not installed here; install the client programs of "
    "PostgreSQL, for example postgresql-client": "pg_dump no está instalado; instale los programas cliente de "
    "PostgreSQL, por ejemplo postgresql-client",
    "«{}» is not a {}; accepted: {}": "«{}» no es {:noun}; se acepta: {}",
    "{} initiatives were left out: {}{}: {}": "{} iniciativas quedaron sin atender: {}{}: {}",
    "schema {} would break what still runs: {}. Stop these processes and repeat; one that was killed counts for {} "
    "seconds more": "el esquema {} estropearía lo que aún está en marcha: {}. Detenga esos procesos y repita; uno que "
    "fue matado cuenta {} segundos más",
    # decisions at a gate
    "a decision names its reason": "una decisión dice su motivo",
    "only a go lets a criterion pass that is not met": "solo un «adelante» (go) deja pasar un criterio que no se "
    "cumple",
    "at the gate of «{}» a blocking criterion may be overridden by: {}": "en la puerta de «{}» pueden dejar pasar "
    "un criterio que bloquea: {:ids}",
    "nothing is to be overridden in {}": "no hay nada que dejar pasar en {}",
    "What blocks the gate: {}": "Lo que bloquea la puerta: {:ids}",
    "the gate has no criterion {}": "la puerta no tiene el criterio {}",
    "It has: {}": "Tiene: {}",
    "a conditional go needs a date for: {}": "un «adelante, con condiciones» (conditional-go) necesita una fecha "
    "para: {}",
    "there is nothing left to be met: this is a go": "no falta nada por cumplir: es un «adelante» (go)",
    "the date of a condition lies after {}; too early for: {}": "la fecha de una condición es posterior al {}; es "
    "demasiado pronto para: {}",
    "a hold needs a day after {} until which it holds": "una espera (hold) necesita una fecha de fin posterior al {}",
    "the term of «{}» cannot be extended again; extensions allowed: {}": "el plazo de «{}» ya no se puede prorrogar; "
    "prórrogas permitidas: {}",
    "Decide go, conditional-go, recycle or stop": "Decida go, conditional-go, recycle o stop",
    "the term of «{}» can be extended until {} at the latest": "el plazo de «{}» se puede prorrogar hasta el {} como "
    "máximo",
    "the gate is not ready: {}": "la puerta no está lista: {}",
    "A conditional go with a date for each of them is possible": "Sí es posible un «adelante, con condiciones» "
    "(conditional-go) con una fecha para cada una",
    "a recycle names the stage to go back to: {}": "para volver (recycle), indique a qué etapa: {}",
    "the gate of «{}» is not open": "la puerta de «{}» no está abierta",
    "It opens when every blocking criterion is met, or by hand: "
    "clusterflow open-gate": "Se abre cuando se cumplen todos los criterios que bloquean, o a petición: clusterflow "
    "open-gate",
    "the findings changed since they were seen": "los hallazgos cambiaron desde que se vieron",
    "Look at them again (they are now {}) and decide anew": "Véalos otra vez (ahora son {}) y decida de nuevo",
    "{} is now {} ({})": "{} ahora es {:ids} ({})",
    "the initiative was stopped; nothing is decided any more": "la iniciativa terminó; ya no se decide nada",
    "the same person has already voted at this gate, and said the same: {}": "esa persona ya votó en esta puerta, y "
    "lo mismo: {}",
    "While the gate is open the vote can be changed or taken back (withdraw)": "Mientras la puerta esté abierta, el "
    "voto se puede cambiar o retirar (withdraw)",
    "the gate of «{}» was decided on {}: {}": "la puerta de «{}» se decidió el {}: {}",
    "the gate of «{}» was no longer ready on {}": "la puerta de «{}» dejó de estar lista el {}",
    "the initiative is not in stage «{}»": "la iniciativa no está en la etapa «{}»",
    "this person has no vote at this gate that could be taken back": "esa persona no tiene en esta puerta un voto "
    "que retirar",
    "the code is not the one that was sent for this gate, this person "
    "and these findings": "el código no es el que se envió para esta puerta, esta persona y estos hallazgos",
    "Attempts left: {}": "Intentos que quedan: {}",
    "A new one is sent by: clusterflow send-code": "Se envía otro con: clusterflow send-code",
    "who represents {} never decides at the gate of «{}»": "quien representa a {:ids} nunca decide en la "
    "puerta de «{}»",
    "who represents {} decides nothing alone at the gate of «{}», so casts no vote of others": (
        "quien representa a {:ids} no decide nada por sí solo en la puerta de «{}», así que no emite votos de otros"
    ),
    "who represents {} decides nothing alone at the gate of «{}», and cannot decline it": (
        "quien representa a {:ids} no decide nada por sí solo en la puerta de «{}», y no puede renunciar a la etapa"
    ),
    "no delegation of «{}» to this person is in force": "no hay una delegación vigente de «{}» a esta persona",
    "Record it: clusterflow record delegation person=... delegate=... from=...": "Regístrela: clusterflow record "
    "delegation person=... delegate=... from=...",
    "the gate of «{}» is decided by: {}; not by {}": "en la puerta de «{}» decide: {:ids}; no {:ids}",
    "the gate of «{}» is decided by: {}; on this day the decider's roles are: {}": "en la puerta de «{}» decide: "
    "{:ids}; ese día los papeles de quien decide son: {:ids}",
    "Record the seat or the representation that gives the role, with the "
    "day it began": "Registre el puesto o la representación que da ese papel, con el día en que empezó",
    "at the gate of «{}» a veto is given to: {}": "en la puerta de «{}» tienen derecho de veto: {:ids}",
    "at the gate of «{}» nobody decides who asked for the review or recorded facts "
    "since the stage began": "en la puerta de «{}» no decide quien pidió la revisión ni quien registró datos desde "
    "que empezó la etapa",
    "{} wrong codes were shown in this name": "se mostraron {} códigos equivocados con este nombre",
    "the same person stood aside at this gate, and casts no vote at it in any name": "esa persona se apartó en esta "
    "puerta y no vota en ella con ningún nombre",
    "Only who stood aside can take that back (withdraw), and then vote": "Solo quien se apartó puede retirar eso "
    "(retirar), y luego votar",
    "«{}» is not in stage «{}»; it is in: {}": "«{}» no está en la etapa «{}»; está en: {}",
    "the gate of «{}» is not open; there is no code to renew": "la puerta de «{}» no está abierta; no hay código "
    "que renovar",
    "«{}» has no vote at the gate of «{}» today, so there is no code to send": "«{}» no tiene hoy voto en la puerta "
    "de «{}», así que no hay código que enviar",
    "the milestone of «{}» is already achieved": "el hito de «{}» ya se alcanzó",
    "the gate of «{}» asks for four eyes: say who asks for its review, --by PERSON": "la puerta de «{}» pide cuatro "
    "ojos: diga quién pide la revisión, --by PERSONA",
    "the gate is closed": "la puerta está cerrada",
    "«{}» is not optional in {}, so it cannot be declined": "«{}» no es opcional en {}, así que no se puede omitir",
    "«{}» does not decide at the gate of «{}», and cannot decline it": "«{}» no decide en la puerta de «{}» y no "
    "puede omitirla",
    "a declined stage needs a reason": "para omitir una etapa hace falta un motivo",
    "at the gate of «{}» who represents {} waives no criterion": "en la puerta de «{}» quien representa a {:ids} no "
    "deja pasar ningún criterio",
    "at the gate of «{}» the most votes that one delegate casts for others is {}": "en la puerta de «{}» el máximo de "
    "votos por delegación de una misma persona es {}",
    "Let the decider cast this vote, or another delegate": "Que vote la persona misma u otra persona delegada",
    # enrolling and recording
    "«{}» was not stopped, so «{}» cannot take its place": "«{}» no ha terminado, así que «{}» no puede tomar su lugar",
    "key=value corrects one record, and {} does not hold exactly one: correct its records in a file, with --from "
    "FILE": "campo=valor corrige un registro, y {} no contiene exactamente uno: corrija los registros en un "
    "archivo, con --from ARCHIVO",
    "the rest was not read, after {} mistakes": "el resto no se leyó, después de {} errores",
    "{} at most": "{} como máximo",
    "Split it": "Divídalo",
    "«{}» is reserved for records that belong to no initiative; give the "
    "initiative another id": "«{}» se reserva para los registros que no son de ninguna iniciativa; dele a la "
    "iniciativa otro identificador",
    "«{}» is already enrolled, under {} since {}": "«{}» ya está inscrita, con el modelo {} desde el {}",
    "«{}» was stopped; it issues no more invoices": "«{}» terminó; ya no emite facturas",
    "«{}» cannot be forgotten while this is in force: {}. End it first: clusterflow record TYPE ... to=DAY; an "
    "action gets another owner": "no se puede olvidar a «{}» mientras esté vigente: {}. Termínelo antes: "
    "clusterflow record TIPO ... to=FECHA; una acción pasa a otra persona",
    "there is no such {} to retract": "no existe {:noun} que retirar",
    "one that was recorded": "uno que esté registrado",
    "--actor PERSON, or CLUSTERFLOW_ACTOR": "--actor PERSONA, o CLUSTERFLOW_ACTOR",
    "the file holds a whole office with its ledger, and the database is not empty. Make an empty one "
    "(CLUSTERFLOW_DATABASE=..., clusterflow db upgrade) and take it in there; facts alone are exported by "
    "clusterflow export registry, and are taken in anywhere": "el archivo contiene una oficina completa con su "
    "bitácora, y la base de datos no está vacía. Cree una vacía (CLUSTERFLOW_DATABASE=..., clusterflow db upgrade) "
    "y cárguelo en ella; los datos solos se exportan con clusterflow export registry y se cargan en cualquiera",
    "the file": "el archivo",
    "holds what no database can keep": "contiene algo que ninguna base de datos puede guardar",
    "#{} was already {} by {} on {}": "la entrega {} ya estaba {} por {} el {}",
    "the database does not take it: {}": "la base de datos no lo admite: {}",
    "nothing was recorded from this workbook": "de este libro no se registró nada",
    "some of these facts were changed since; correct them one by one": "algunos de estos datos cambiaron después; "
    "corríjalos uno por uno",
    "only the program office records this": "esto lo registra solo la oficina del programa",
    "only an administrator records this": "esto lo registra solo la administración",
    "this belongs to other initiatives": "esto pertenece a otras iniciativas",
    "this person votes, and signs in with this address": "esta persona vota y entra con esta dirección",
    "this organisation belongs to other initiatives, too": "esta organización también pertenece a otras iniciativas",
    "Ask the program office": "Pídalo a la oficina del programa",
    "somebody else changed this fact meanwhile; nothing was recorded": "otra persona cambió este dato mientras tanto; "
    "no se registró nada",
    "others keep changing the same initiative at this moment; try again": "en este momento otras personas cambian "
    "la misma iniciativa; inténtelo de nuevo",
    "the key «{}» was already used for another command, on {}": "la clave «{}» ya se usó para otra orden, el {}",
    # what-if
    "{} is over": "{} ya pasó",
    "«{}» already has entries of {}; nothing can be entered as of {}. A late fact is recorded today, with the day "
    "it was true from": "«{}» ya tiene asientos del {}; no se puede registrar nada con fecha del {}. Un dato "
    "atrasado se registra hoy, con el día desde el que vale",
    "is no assignment": "no es una asignación",
    "«{}» was already given as «{}»": "«{}» ya se dio como «{}»",
    "is no line of a life": "no es una línea de una copia completa (life)",
    "one that has {}": "una que tenga {}",
    "format 1": "formato 1",
    "A newer clusterflow reads it": "La lee una versión más nueva de clusterflow",
    "key=value corrects one record, and {} is not just one: give it corrected "
    "whole, with --from FILE": "campo=valor corrige un registro, y {} no es solo uno: entréguelo corregido entero, "
    "con --from ARCHIVO",
    "no UTF-8 text": "no es texto en UTF-8",
    "no JSON: it is nested too deeply": "no es JSON: está anidado en demasiados niveles",
    "no JSON: {}": "no es JSON: {}",
    "no field «record» that names a record type": "falta el campo «record», que dice el tipo de registro",
    '{"record": "membership", ...}': '{"record": "membership", ...}',
    "initiative: {} is not accepted": "initiative: {} no se acepta",
    "an id as text": "un identificador como texto",
    "confirm: {} is not accepted": "confirm: {} no se acepta",
    "retract: {} is not accepted": "retract: {} no se acepta",
    'one object a line: {"record": "membership", ...}': 'un objeto por línea: {"record": "membership", ...}',
    "holds no record": "no contiene ningún registro",
    "«{}» is not an amount": "«{}» no es un importe",
    "«{}» is not an ISO 4217 currency": "«{}» no es una moneda según ISO 4217",
    "«{}» can be read in two ways": "«{}» se puede leer de dos maneras",
    "«{}» has more decimals than {} allows": "«{}» tiene más decimales de los que admite {}",
    "«{}» is larger than the largest possible amount": "«{}» es mayor que el mayor importe posible",
    "«{}» has no currency": "«{}» no tiene moneda",
    "«{}» is not an amount; accepted: {}": "«{}» no es un importe; se acepta: {}",
    "«{}» is not an ISO 4217 currency; accepted: {}": "«{}» no es una moneda según ISO 4217; se acepta: {}",
    "«{}» can be read in two ways; accepted: {}": "«{}» se puede leer de dos maneras; se acepta: {}",
    "«{}» has more decimals than {} allows; accepted: {}": "«{}» tiene más decimales de los que admite {}; se "
    "acepta: {}",
    "«{}» is larger than the largest possible amount; accepted: {}": "«{}» es mayor que el mayor importe posible; "
    "se acepta: {}",
    "«{}» has no currency; accepted: {}": "«{}» no tiene moneda; se acepta: {}",
    "{} answers, but only {} people were invited": "{} respuestas, pero solo se invitó a {} personas",
    "answers: {} answers, but only {} people were invited": "answers: {} respuestas, pero solo se invitó a {} personas",
    "{} is before {}, the last day of the label": "{} es anterior al {}, el último día del sello",
    "{} belongs to a label without a last day": "{} es de un sello sin último día",
    "«{}» is not accepted; accepted: {}": "«{}» no se acepta; se acepta: {}",
    "no country has the code «{}»": "ningún país tiene el código «{}»",
    "no country has the code «{}»; accepted: {}": "ningún país tiene el código «{}»; se acepta: {}",
    "«{}» is not a time of day": "«{}» no es una hora",
    "«{}» is not a time of day; accepted: HH:MM, as 09:30": "«{}» no es una hora; se acepta: HH:MM, como 09:30",
    "no time zone is called «{}»": "no hay una zona horaria con el nombre «{}»",
    "no time zone is called «{}»; accepted: an IANA name, as Europe/Madrid": "no hay una zona horaria con el nombre "
    "«{}»; se acepta: un nombre de la IANA, como America/Bogota",
    "it ends on {}, before it begins on {}": "termina el {}, antes de empezar el {}",
    "most mail servers cannot send to «{}»": "la mayoría de los servidores de correo no puede enviar a «{}»",
    "{}, without accents or ñ before the @. Ask the person for another address": "{}, sin acentos ni ñ antes de la "
    "@. Pida otra dirección a la persona",
    "most mail servers cannot send to «{}»; accepted: {}, without accents or ñ before the @. Ask the person for "
    "another address": "la mayoría de los servidores de correo no puede enviar a «{}»; se acepta: {}, sin acentos "
    "ni ñ antes de la @. Pida otra dirección a la persona",
    "«{}» is not the first line of a seal": "«{}» no es la primera línea de un sello",
    "is not a line of a seal": "no es una línea de un sello",
    "«{}» is not a moment": "«{}» no es una fecha y hora válidas",
    "{}: {} is not accepted": "{}: {} no se acepta",
    "on {} «{}» was not yet enrolled; it was on {}": "el {} «{}» aún no estaba inscrita; lo está desde el {}",
    # files and folders
    "{} is still being written; it is left for the next run": "{} todavía se está escribiendo; se deja para la "
    "próxima vuelta",
    "{} has changed meanwhile; it is left for the next run": "{} cambió entretanto; se deja para la próxima vuelta",
    "{} is no longer a file; it is left for the next run": "{} ya no es un archivo; se deja para la próxima vuelta",
    "the drop folder {} is not used: {}": "no se usa la carpeta de entrega {}: {}",
    "{}/ is a link or a file, and has to be a folder": "{}/ es un enlace o un archivo, y tiene que ser una carpeta",
    "is larger than {} MB": "pesa más de {} MB",
    "Split it and drop the parts": "Divídalo y entregue las partes",
    "is empty": "está vacío",
    "why it need not be recorded": "por qué no hace falta registrarlo",
    "others have recorded something meanwhile; nothing was changed. "
    "Import the workbook again": "entretanto otras personas registraron algo; no cambió nada. Importe el libro otra "
    "vez",
    "does not name its initiative": "no dice de qué iniciativa es",
    "the number of one that was given up": "el número de uno que se abandonó",
    "See: clusterflow notices dead": "Vea: clusterflow notices dead",
    "{} is a folder; name a file": "{} es una carpeta; indique un archivo",
    "{} is already there; --replace writes over it": "{} ya existe; --replace lo sobrescribe",
    "{} cannot be written: {}": "{} no se puede escribir: {}",
    "{} is not empty; --replace writes over what is there": "{} no está vacía; --replace sobrescribe lo que hay",
    "a PDF is set by WeasyPrint, which is not installed here; install it: {}": "para los PDF hace falta WeasyPrint, "
    "que no está instalado; instálelo: {}",
    "the answers of the OpenID provider are verified by joserfc, which is not installed here; install it: {}": "las "
    "respuestas del proveedor OpenID se verifican con joserfc, que no está instalado; instálelo: {}",
    "metrics need a package that is not installed here; install it: {}": "las métricas necesitan un paquete que no "
    "está instalado; instálelo: {}",
    "metrics cannot be shown at {}: {}": "no se pueden mostrar métricas en {}: {}",
    "no port from {} to {} is free: set CLUSTERFLOW_METRICS_PORT": "ningún puerto de {} a {} está libre: ponga "
    "CLUSTERFLOW_METRICS_PORT",
    "a PDF is set by WeasyPrint, which does not find a library it rests on ({}); install Pango, as libpango-1.0-0 "
    "and libpangoft2-1.0-0 on Debian": "para los PDF hace falta WeasyPrint, que no encuentra una biblioteca ({}); "
    "instale Pango: en Debian, libpango-1.0-0 y libpangoft2-1.0-0",
    "{} is a file; name a folder": "{} es un archivo; indique una carpeta",
    "{} already has {}; nothing was written. Name another folder, or "
    "move these away first": "{} ya tiene {}; no se escribió nada. Indique otra carpeta o quite antes esos archivos",
    # trying a model
    "{} is before the start of the first initiative": "el {} es anterior al comienzo de la primera iniciativa",
    "{} or later": "el {} o después",
    "{} is after the last day": "el {} es posterior al último día",
    "{} or earlier": "el {} o antes",
    "{} is more than {} years after {}": "el {} está a más de {} años del {}",
    "an earlier day": "una fecha anterior",
    "no line starts an initiative": "ninguna línea comienza una iniciativa",
    # the database and Prefect
    "there is no database yet at {}. {}": "todavía no hay una base de datos en {}. {}",
    "the database holds no clusterflow schema yet. {}": "la base de datos aún no tiene el esquema de clusterflow. {}",
    "the database has schema {}, older than the {} of this clusterflow. {}": "la base de datos tiene el esquema {}, "
    "más antiguo que el {} de este clusterflow. {}",
    "the database has schema {}, {} than any that this clusterflow ({}) knows. Install the version of clusterflow "
    "that created it, or restore a backup": "la base de datos tiene el esquema {}, {:noun} que todos los que conoce "
    "este clusterflow ({}). Instale la versión de clusterflow que la creó o restaure una copia",
    "«{}» is no database address; accepted: sqlite:///FILE or "
    "postgresql+psycopg://USER@HOST/NAME": "«{}» no es la dirección de una base de datos; se acepta: "
    "sqlite:///ARCHIVO o postgresql+psycopg://USUARIO@SERVIDOR/NOMBRE",
    "the database has schema {}, {} than any that this clusterflow ({}) knows. Install the version of clusterflow "
    "that created it": "la base de datos tiene el esquema {}, {:noun} que todos los que conoce este clusterflow "
    "({}). Instale la versión de clusterflow que la creó",
    "the database {} does not answer: {}": "la base de datos {} no responde: {}",
    "{} already exists; name another file": "{} ya existe; indique otro archivo",
    "there is no database at {}. Run: clusterflow db upgrade": "no hay una base de datos en {}. Ejecute: "
    "clusterflow db upgrade",
    "Run: clusterflow db upgrade": "Ejecute: clusterflow db upgrade",
    "pg_dump is not installed here; install PostgreSQL's client "
    "programs, as postgresql-client": "pg_dump no está instalado; instale los programas cliente de PostgreSQL, como "
    "postgresql-client",
    "pg_dump failed: {}": "pg_dump falló: {}",
    "a run is needed, to be suspended": "hace falta una ejecución que se pueda suspender",
    "{} does not take these parameters: {}": "{} no admite estos parámetros: {}",
    "there is no telling where the flow of this run is: deploy it again": "no se sabe dónde está el flujo de esta "
    "ejecución: despliéguelo otra vez",
    "is not an id; accepted: 1 to 64 lower case letters, digits, points, "
    "hyphens and underscores": "no es un identificador; se acepta: de 1 a 64 minúsculas, cifras, puntos, guiones y "
    "guiones bajos",
    "is not a web address; accepted: http://HOST:PORT/api": "no es una dirección web; se acepta: "
    "http://SERVIDOR:PUERTO/api",
    "a naive datetime: {}": "un momento sin zona horaria: {}",
    "Correct them in the environment or in .env": "Corríjalos en el entorno o en .env",
    # channels and catalogs
    "the recipient's address is not an address": "la dirección del destinatario no es una dirección",
    "the address of channel «{}» is none that Apprise accepts for this recipient": "Apprise no acepta la dirección "
    "del canal «{}» para este destinatario",
    "the address of channel «{}» {}": "la dirección del canal «{}» {}",
    "the address of channel «{}» begins with nothing that Apprise knows": "la dirección del canal «{}» no empieza "
    "con nada que Apprise conozca",
    "the registry has no address of this person there": "el registro no tiene una dirección de esta persona en ese "
    "canal",
    "channel «{}»": "canal «{}»",
    "is no name of a channel": "no es el nombre de un canal",
    "is no mapping from names to addresses": "no es una lista de nombres con sus direcciones",
    "See https://appriseit.com/services/": "Vea https://appriseit.com/services/",
    "the recipient's address is no e-mail address that mail servers accept": "la dirección del destinatario no es "
    "una dirección de correo que acepten los servidores",
    "the text is not in the catalog": "el texto no está en el catálogo",
    "no template asks for this text any more": "ninguna plantilla pide ya este texto",
    "the text is not translated": "el texto no está traducido",
    "the translation is marked fuzzy": "la traducción está marcada como dudosa",
    # migrations
    "INITIATIVE": "INICIATIVA",
    "INITIATIVE or --all-of MODEL": "INICIATIVA o --all-of MODELO",
    "name one initiative, or all of a model": "indique una iniciativa, o todas las de un modelo",
    "all live initiatives of {} are already under this version ({})": "todas las iniciativas activas de {} ya siguen "
    "esta versión ({})",
    "a migration needs a reason": "un cambio de modelo necesita un motivo",
    "«{}» was stopped. A new life begins with: clusterflow enrol {} ...": "«{}» terminó. Una nueva vida comienza con: "
    "clusterflow enrol {} ...",
    "«{}» is already under this version of {} ({})": "«{}» ya sigue esta versión de {} ({})",
    "{} asks for four eyes: name a second person of the office, or one who decides at its gates: --second "
    "PERSON": "{} pide cuatro ojos: indique una segunda persona de la oficina, o una que decida en sus puertas: "
    "--second PERSONA",
    "«{}» cannot be both persons; four eyes are two people's": "«{}» no puede ser las dos personas; cuatro ojos son "
    "de dos personas",
    "«{}» may not migrate «{}»: {}": "«{}» no puede cambiar el modelo de «{}»: {}",
    "it has no office. Record one: clusterflow record initiative id={} office=OFFICE": "no tiene oficina. Registre "
    "una: clusterflow record initiative id={} office=OFICINA",
    "the staff of its office, «{}», may": "puede hacerlo el personal de su oficina, «{}»",
    "«{}» neither is staff of the office of «{}» nor decides at its gates": "«{}» no es personal de la oficina de "
    "«{}» ni decide en sus puertas",
    "Add to the mapping, below «stages:», {}: {}": "Añada a la correspondencia, bajo «stages:», {}: {}",
    "a stage of {} in its place: {}": "una etapa de {} en su lugar: {}",
    "«{}», in which «{}» was, has the name of a stage of another kind in {}": "«{}», en la que estuvo «{}», se llama "
    "como una etapa de otro tipo en {}",
    "the milestone of «{}» ({}) of «{}» would be lost: «{}» also takes the place of {}, which is not "
    "achieved": "se perdería el hito de «{}» ({}) de «{}»: «{}» ocupa también el lugar de {}, que no se ha alcanzado",
    "the milestone of «{}» ({}) of «{}» would be lost: {} has several stages of its kind, {}, or its stage has "
    "another one's place": "se perdería el hito de «{}» ({}) de «{}»: {} tiene varias etapas de su tipo, {}, o la suya "
    "ocupa el lugar de otra",
    "the milestone of «{}» ({}) of «{}» would be lost: {} has no stage of its kind, {}": "se perdería el hito de «{}» "
    "({}) de «{}»: {} no tiene ninguna etapa de su tipo, {}",
    "its last line is not the SHA-256 of the lines above, so it was changed or cut off": "su última línea no es el "
    "SHA-256 de las anteriores: se cambió o se cortó",
    "no record type is called {}": "no hay ningún tipo de registro con el nombre {}",
    "no rulebook is called {}": "no hay ningún reglamento con el nombre {}",
    "no dues scheme is called {}": "no hay ningún esquema de cuotas con el nombre {}",
    "{} belongs to an initiative": "{:noun} pertenece a una iniciativa",
    "{}: contains a character that is not allowed": "{}: contiene un carácter que no se permite",
    "the gate of «{}» in «{}» asks who records, for they may not decide at it": "la puerta de «{}» en «{}» exige saber "
    "quién registra, porque esa persona no puede decidir en ella",
    "the format {} of a life is not known here": "aquí no se conoce el formato {} de una vida",
    "holds {} records": "contiene {} registros",
    "the translation speaks of {}": "la traducción habla de {}",
    "clusterflow failed to read it ({}); the log holds the details": "clusterflow no pudo leerlo ({}); los detalles "
    "están en el registro",
    "Name the initiative: clusterflow import FILE --initiative ID": "Indique la iniciativa: clusterflow import ARCHIVO "
    "--initiative ID",
    "no mail server is configured: set CLUSTERFLOW_MAIL": "no hay servidor de correo: defina CLUSTERFLOW_MAIL",
    "the office defines no channel «{}»: set {}": "la oficina no define el canal «{}»: defina {}",
    "the registry has no e-mail of this person": "el registro no tiene el correo de esta persona",
    "the registry has no address for the channel «{}» of this person": "el registro no tiene la dirección de esta "
    "persona en el canal «{}»",
}
