"""The help of the command line in Spanish, by its English templates."""

from __future__ import annotations

HELP: dict[str, str] = {
    "Follow cluster initiatives through their lifecycle: facts, gates, decisions, milestones.": (
        "Sigue las iniciativas clúster a lo largo de su vida: datos, puertas, decisiones, hitos."
    ),
    "Fill a folder with what an office needs: settings, configs, deployments, systemd units, a backup script.": (
        "Prepara una carpeta con lo que una oficina necesita: ajustes, configuración, despliegues, unidades de "
        "systemd y un guion de respaldo."
    ),
    "print JSON and nothing else": "imprime JSON y nada más",
    "Enrol an initiative under a lifecycle model.": "Inscribe una iniciativa con un modelo de ciclo de vida.",
    "the id it gets: lower case, digits, hyphens": "el id que recibe: minúsculas, cifras y guiones",
    "name=... country=MX place=... sector=... timezone=... office=... host=...": (
        "name=... country=MX place=... sector=... timezone=... office=... host=..."
    ),
    "the model it lives under; see: clusterflow model list": "el modelo que sigue; véase: clusterflow model list",
    "Let initiatives go on under another model, or another version of theirs.": (
        "Hace que las iniciativas continúen con otro modelo, o con otra versión del suyo."
    ),
    "the model that it passes to; see: clusterflow model list": "el modelo al que pasa; véase: clusterflow model list",
    "who decides it: a person of the initiative's office": "quién lo decide: alguien de la oficina de la iniciativa",
    "all live initiatives of this model, instead of one": "todas las iniciativas activas de este modelo, en vez de una",
    "where a model asks for four eyes: a second person who agrees": (
        "si un modelo pide cuatro ojos: una segunda persona que está de acuerdo"
    ),
    "a file that says which stages take the place of which; else those of their kind": (
        "un archivo que dice qué etapas ocupan el lugar de cuáles; si no, las de su mismo tipo"
    ),
    "show exactly what would happen, and write nothing": "muestra exactamente lo que pasaría, sin registrar nada",
    "the stopped initiative that it carries on": "la iniciativa detenida que continúa",
    "who enters it, for the ledger: an id, never a name": (
        "quién lo registra, para la bitácora: un id, nunca un nombre"
    ),
    "idempotency key: the same command under it is done once": (
        "clave de idempotencia: con ella, la misma orden se ejecuta una sola vez"
    ),
    "Record facts, given as arguments or in a file of JSON lines.": (
        "Registra datos, dados como argumentos o en un archivo de líneas JSON."
    ),
    "TYPE key=value ...: membership initiative=nl organisation=acme from=2024-02-01": (
        "TIPO clave=valor ...: membership initiative=nl organisation=acme from=2024-02-01"
    ),
    "a file of JSON lines; - for standard input": "un archivo de líneas JSON; - para la entrada estándar",
    "Write a workbook for managers to fill in, empty or with the recorded facts.": (
        "Escribe un libro para que lo llene la gerencia, vacío o con los datos registrados."
    ),
    "fills the workbook with its records; without one it is empty": (
        "llena el libro con sus registros; sin ella queda vacío"
    ),
    "the file to write; by default in this folder": "el archivo que se escribe; si no se indica, en esta carpeta",
    "Import a manager's workbook: .xlsx, .ods or .csv.": "Importa el libro de la gerencia: .xlsx, .ods o .csv.",
    "a workbook: .xlsx, .ods or .csv": "un libro: .xlsx, .ods o .csv",
    "its initiative, where the workbook does not name it": "su iniciativa, si el libro no la nombra",
    "record without asking": "registra sin preguntar",
    "only show what would change": "solo muestra qué cambiaría",
    "possible duplicates: new, or the same as the most likely": (
        "posibles duplicados: nuevos (new), o los mismos que los más parecidos (same)"
    ),
    "records without a row: keep them, end them today, or withdraw them as never true": (
        "registros sin fila: conservarlos (keep), terminarlos hoy (end) o retirarlos porque nunca fueron ciertos "
        "(withdraw)"
    ),
    "cells that are empty now: keep or clear the recorded value": (
        "celdas que ahora están vacías: conservar (keep) o borrar (clear) el valor registrado"
    ),
    "values that look like a mistake: keep them (a negative amount, a day of 1900 ...)": (
        "valores que parecen un error: conservarlos (un importe negativo, un día de 1900 ...)"
    ),
    "the file for the copy with its mistakes marked; by default beside the workbook": (
        "el archivo para la copia con los errores marcados; si no se indica, junto al libro"
    ),
    "List, correct and retry the refused submissions of other systems.": (
        "Enumera, corrige y reintenta las entregas rechazadas de otros sistemas."
    ),
    "List the refused submissions that wait to be corrected.": (
        "Enumera las entregas rechazadas que esperan corrección."
    ),
    "also those corrected and dropped": "también las corregidas y las descartadas",
    "Show one refused submission: its mistakes, and what was sent.": (
        "Muestra una entrega rechazada: sus errores y lo que se envió."
    ),
    "as `clusterflow intake refused` lists it": "como la enumera `clusterflow intake refused`",
    "only what was sent, to be corrected in a file": "solo lo que se envió, para corregirlo en un archivo",
    "Try a refused submission again: as it was sent, with changed fields, or with the corrected records of a file.": (
        "Reintenta una entrega rechazada: tal como llegó, con campos cambiados o con los registros corregidos de un "
        "archivo."
    ),
    "key=value ...: fields to change; key= removes one": "clave=valor ...: campos que cambian; clave= quita uno",
    "Close a refused submission without recording it; --all still lists it.": (
        "Cierra una entrega rechazada sin registrarla; --all la sigue mostrando."
    ),
    "why it need not be recorded": "por qué no hace falta registrarlo",
    "Show the status of one initiative, or of all.": "Muestra el estado de una iniciativa, o de todas.",
    "the end of that day, as YYYY-MM-DD": "al final de ese día, como AAAA-MM-DD",
    "what was known at the end of that day: later entries do not count": (
        "lo que se sabía al final de ese día: lo registrado después no cuenta"
    ),
    "Explain why a gate is ready or not, with the evidence.": (
        "Explica por qué una puerta está lista o no, con la evidencia."
    ),
    "with the records behind it": "con los registros en que se apoya",
    "Show what some facts would change, without recording them.": (
        "Muestra qué cambiarían unos datos, sin registrarlos."
    ),
    "judged on that day, as YYYY-MM-DD; today if none": "juzgado en ese día, como AAAA-MM-DD; hoy si no se indica",
    "Evaluate initiatives as of today, without Prefect.": "Evalúa las iniciativas al día de hoy, sin Prefect.",
    "Open a gate review by hand.": "Abre a mano la revisión de una puerta.",
    "who asks for it: a person's id": "quién la pide: el id de una persona",
    "Do without an optional stage.": "Prescinde de una etapa opcional.",
    "who declines it: a person who decides at its gate": (
        "quién prescinde de ella: una persona que decide en su puerta"
    ),
    "why; the ledger keeps it": "el motivo; queda en la bitácora",
    "Record a decision at a gate.": "Registra una decisión en una puerta.",
    "the decider: a person's id": "quién decide: el id de una persona",
    "the one-time code of the notice; asked for where it is left out": (
        "el código de un solo uso del aviso; si falta, se pregunta"
    ),
    "by delegation: the person whose vote it is": "por delegación: la persona a quien pertenece el voto",
    "of a go: a blocking criterion to let pass": "para «adelante»: un criterio que bloquea y que se deja pasar",
    "in which role, where the person holds several": "en qué función, si la persona tiene varias",
    "the findings that were seen, as explain names them": "los hallazgos que se vieron, como los nombra explain",
    "of a hold: the day it ends": "para «en espera»: el día en que termina",
    "of a recycle: the stage to go back to": "para «volver atrás»: la etapa a la que se vuelve",
    "of a conditional go: CRITERION=DAY": "para «adelante con condiciones»: CRITERIO=DÍA",
    "of a conditional go: one day for all that is not met": (
        "para «adelante con condiciones»: un día para todo lo que no se cumple"
    ),
    "Send a decider a new one-time code.": "Envía a quien decide un nuevo código de un solo uso.",
    "Write a dossier of an initiative, or a report of the portfolio.": (
        "Escribe el dossier de una iniciativa, o el informe del portafolio."
    ),
    "the initiative's id; none with --portfolio": "el id de la iniciativa; ninguno con --portfolio",
    "all initiatives on one page": "todas las iniciativas en una página",
    "a file, replaced whole; standard output where none is named": (
        "un archivo, que se reemplaza entero; si no se indica, la salida estándar"
    ),
    "as a PDF; also where the file is called .pdf": "como PDF; también si el archivo se llama .pdf",
    "of the portfolio: html, csv or json; else what the file's name tells": (
        "del portafolio: html, csv o json; si no, según el nombre del archivo"
    ),
    "which part, as csv": "qué parte, como csv",
    "Preview notices, estimate their number, and resend failed ones.": (
        "Muestra los avisos por venir, estima cuántos son y reenvía los que fallaron."
    ),
    "Show who would get what and when, by what is recorded now; nothing is sent.": (
        "Muestra quién recibiría qué y cuándo, según lo registrado hasta ahora; no se envía nada."
    ),
    "the first day, as YYYY-MM-DD; today": "el primer día, como AAAA-MM-DD; hoy",
    "the last day, as YYYY-MM-DD": "el último día, como AAAA-MM-DD",
    "of this one alone": "solo de esta",
    "Estimate how many messages a manager gets in a quarter, by playing a typical life of a model. Nothing is sent.": (
        "Calcula cuántos mensajes recibe la gerencia con un modelo en un trimestre: se simula una vida típica, no se "
        "envía nada."
    ),
    "List the notices that reached nobody, by what they were tried, and what was answered there.": (
        "Lista los avisos que no llegaron a nadie, por qué canal se intentó y qué se respondió."
    ),
    "for this person alone": "solo para esta persona",
    "Send notices again that reached nobody. Correct the address first; the next round of the relay sends them.": (
        "Reenvía avisos que no llegaron a nadie. Corrija antes la dirección; salen con la siguiente ronda del relay."
    ),
    "as `clusterflow notices dead` lists them": "como los enumera `clusterflow notices dead`",
    "all that were for this person": "todos los que eran para esta persona",
    "all of them": "todos",
    "Show the ledger of an initiative, or verify it.": "Muestra la bitácora de una iniciativa, o la verifica.",
    "check hashes, facts and state; of all where none is named": (
        "comprueba huellas, datos y estado; de todas si no se indica ninguna"
    ),
    "Write a seal of the ledger to keep elsewhere, or compare the ledger with one.": (
        "Escribe un sello de la bitácora para guardarlo en otro lugar, o compara la bitácora con un sello."
    ),
    "a file; - or none for standard output": "un archivo; - o ninguno para la salida estándar",
    "write over what is there": "sobrescribe lo que haya",
    "a seal that was written before: compare the ledger with it, and write none": (
        "un sello escrito antes: compara la bitácora con él y no escribe ninguno"
    ),
    "Delete what identifies a person, and keep the ledger whole.": (
        "Borra lo que identifica a una persona y deja íntegra la bitácora."
    ),
    "do not ask": "no pregunta",
    "Write calendars: of an initiative, of a person, or all of them.": (
        "Escribe calendarios: de una iniciativa, de una persona, o todos."
    ),
    "Print what is to come in an initiative: gate reviews, deadlines, meetings, learning sessions.": (
        "Imprime lo que viene en una iniciativa: revisiones de puertas, plazos, reuniones, sesiones de aprendizaje."
    ),
    "the initiative's id": "el id de la iniciativa",
    "Print what concerns a person, in all initiatives.": (
        "Imprime lo que concierne a una persona, en todas las iniciativas."
    ),
    "the person's id": "el id de la persona",
    "Print the address to which a calendar program subscribes. Everybody who knows it can read the calendar.": (
        "Imprime la dirección a la que se suscribe un programa de calendario. Quien la conozca puede leer el "
        "calendario."
    ),
    "the id of an initiative, or with --person of a person": (
        "el id de una iniciativa o, con --person, de una persona"
    ),
    "of a person": "de una persona",
    "Write every feed: FOLDER/initiatives/ID.ics and FOLDER/people/ID.ics. What did not change is left alone.": (
        "Escribe todos los calendarios: CARPETA/initiatives/ID.ics y CARPETA/people/ID.ics. Lo que no cambió no "
        "se toca."
    ),
    "a path, or another address that fsspec knows; that of CLUSTERFLOW_CALENDARS": (
        "una ruta, u otra dirección que fsspec conozca; si no se indica, la de CLUSTERFLOW_CALENDARS"
    ),
    "Export the registry, event logs, or everything.": "Exporta el registro, los registros de eventos, o todo.",
    "Write an initiative's calendar as iCalendar.": "Escribe el calendario de una iniciativa como iCalendar.",
    "Write a model as BPMN 2.0.": "Escribe un modelo como BPMN 2.0.",
    "Export the facts that hold, as JSON lines that «record --from» takes in again, anywhere.": (
        "Exporta los datos vigentes, como líneas JSON que «record --from» vuelve a leer en cualquier lugar."
    ),
    "Export the facts that hold, as CSV for spreadsheets: a file for each record type.": (
        "Exporta los datos vigentes, como CSV para hojas de cálculo: un archivo por cada tipo de registro."
    ),
    "a folder, or a file called .zip": "una carpeta, o un archivo llamado .zip",
    "Export what happened in initiatives as an event log in XES (IEEE 1849): one trace each, without personal data.": (
        "Exporta lo ocurrido en las iniciativas, como registro de eventos XES (IEEE 1849): una traza por iniciativa, "
        "sin datos personales."
    ),
    "ids of initiatives; all where none is named": "ids de iniciativas; todas si no se indica ninguna",
    "only the steps of the model, named as in its BPMN: for replay": (
        "solo los pasos del modelo, con los nombres de su BPMN: para reproducirlos"
    ),
    "Export what happened, as an object-centric event log in OCEL 2.0, without personal data: JSON, or XML.": (
        "Exporta lo ocurrido, como registro de eventos por objetos OCEL 2.0, sin datos personales: JSON o XML."
    ),
    "as the file is called": "según el nombre del archivo",
    "Export the whole office with its ledger, as JSON lines that «record --from» takes into an empty database.": (
        "Exporta la oficina entera con su bitácora, como líneas JSON que «record --from» lee en una base de datos "
        "vacía."
    ),
    "Names, addresses and pseudonyms are in it: keep it as you keep the database.": (
        "Contiene nombres, direcciones y seudónimos: guárdelo como guarda la base de datos."
    ),
    "List, show, check, draw, compare and try the lifecycle models.": (
        "Lista, muestra, comprueba, dibuja, compara y prueba los modelos de ciclo de vida."
    ),
    "Warnings say what is legal and unwise. A comment on the line silences one: # fine: keep-equals-bound": (
        "Los avisos dicen qué es válido pero poco aconsejable. Un comentario en la línea silencia uno: "
        "# fine: keep-equals-bound"
    ),
    "Judge the facts of an initiative under several models.": (
        "Evalúa los datos de una iniciativa según varios modelos."
    ),
    "models by name or file, separated by commas": "modelos por nombre o archivo, separados por comas",
    "Say in words what one model asks differently than another.": (
        "Dice en palabras qué pide un modelo de otra manera que otro."
    ),
    "Show what a new text would change for all live initiatives under the model.": (
        "Muestra qué cambiaría un texto nuevo para todas las iniciativas activas que siguen el modelo."
    ),
    "Run a history under a model, and show the verdicts by month.": (
        "Aplica un modelo a una historia y muestra los dictámenes por mes."
    ),
    "a model as a file": "un modelo en un archivo",
    "JSON lines: records as record --from takes them, and decisions": (
        "líneas JSON: registros como los lee record --from, y decisiones"
    ),
    "the first day told, as YYYY-MM-DD": "el primer día que se muestra, como AAAA-MM-DD",
    "gates that are ready stay open: no go is supposed": (
        "las puertas listas quedan abiertas: no se supone ningún «adelante»"
    ),
    "List the models with their stages in order.": "Enumera los modelos con sus etapas en orden.",
    "Show one model: its stages, and what each gate asks.": "Muestra un modelo: sus etapas y lo que pide cada puerta.",
    "Check models, by file or by name, or all that there are; each mistake is reported with its line and column.": (
        "Comprueba modelos, por archivo o por nombre, o todos los que hay; cada error se indica con su línea y "
        "su columna."
    ),
    "Draw a model, as Mermaid text or as a self-contained SVG.": (
        "Dibuja un modelo, como texto Mermaid o como SVG completo en sí mismo."
    ),
    "a file; standard output where none is named": "un archivo; si no se indica, la salida estándar",
    "for programs that replay a log on it as a Petri net, not for engines": (
        "para programas que reproducen un registro sobre él como red de Petri, no para motores"
    ),
    "Write a model as BPMN 2.0, drawn, for modellers and workflow engines.": (
        "Escribe un modelo como BPMN 2.0, dibujado, para editores y motores de procesos."
    ),
    "Print the JSON Schema of a model file, for editors.": (
        "Imprime el esquema JSON de un archivo de modelo, para editores."
    ),
    "Show dues schemes and what members owe, and issue invoices.": (
        "Muestra los esquemas de cuotas y lo que deben los miembros, y emite facturas."
    ),
    "List the schemes with their brackets.": "Enumera los esquemas con sus tramos.",
    "Check scheme files, or all the shipped ones; each mistake is reported with its line and column.": (
        "Comprueba archivos de esquemas, o todos los incluidos; cada error se indica con su línea y su columna."
    ),
    "Show what the members of an initiative owe in a year: issued, to issue, paid. Nothing is changed.": (
        "Muestra lo que deben los miembros de una iniciativa en un año: emitido, por emitir, pagado. No se cambia nada."
    ),
    "the year of the dues; this one where none is named": "el año de las cuotas; si no se indica, el actual",
    "Issue the invoices that are to be issued today, of one initiative or of all; twice issues nothing twice.": (
        "Emite las facturas que tocan hoy, de una iniciativa o de todas; repetirlo no emite nada dos veces."
    ),
    "Print JSON Schemas, for editors and other programs.": "Imprime esquemas JSON, para editores y otros programas.",
    "Create or upgrade the database, or show its schema version.": (
        "Crea o actualiza la base de datos, o muestra la versión de su esquema."
    ),
    "Create the database, or upgrade its schema to this version.": (
        "Crea la base de datos, o actualiza su esquema a esta versión."
    ),
    "Show which schema the database has, and which is needed.": (
        "Muestra qué esquema tiene la base de datos y cuál se necesita."
    ),
    "Copy the database into a new file, while people work.": (
        "Copia la base de datos en un archivo nuevo mientras se trabaja."
    ),
    "Check everything that clusterflow depends on, and say what to do.": (
        "Revisa todo aquello de lo que clusterflow depende y dice qué hacer."
    ),
    "send a real message to this recipient, by every channel that can reach it": (
        "envía un mensaje real a este destinatario, por todos los canales que lo alcanzan"
    ),
    "Start everything that is missing, and run until Ctrl-C.": "Pone en marcha lo que falta y sigue hasta Ctrl-C.",
    "flow runs at a time": "ejecuciones a la vez",
    "Run the flows of the work pool, until Ctrl-C.": "Ejecuta los flujos del grupo de trabajo, hasta Ctrl-C.",
    "Serve the web pages for managers and deciders, until Ctrl-C.": (
        "Sirve las páginas web para la gerencia y quienes deciden, hasta Ctrl-C."
    ),
    "Bring Prefect's deployments up to the models and schedules.": (
        "Pone los despliegues de Prefect de acuerdo con los modelos y horarios."
    ),
    "say what would change, and change nothing": "dice qué cambiaría y no cambia nada",
    "remove what is no longer declared": "quita lo que ya no está declarado",
    "write the prefect.yaml to this file, and do nothing else": (
        "escribe el prefect.yaml en este archivo y no hace nada más"
    ),
    "Replay six fictional initiatives on a real Prefect server.": (
        "Reproduce seis iniciativas ficticias en un servidor Prefect real."
    ),
    "end by itself, as it does where nobody watches": "termina por sí sola, como hace si nadie mira",
    "a folder for its database, mails and logs": "una carpeta para su base de datos, correos y registros",
    "of its Prefect server": "de su servidor Prefect",
    "Publish the outbox and send due notices, once.": (
        "Publica lo que espera salida y envía los avisos pendientes, una vez."
    ),
    "Make Prefect show again what is open in the database.": (
        "Hace que Prefect muestre de nuevo lo que está abierto en la base de datos."
    ),
    "With every command: --lang es or --lang en, the language of the answer.": (
        "Con cada comando: --lang es o --lang en, el idioma de la respuesta."
    ),
    "Example: {}": "Ejemplo: {}",
    "Show what comes if nobody records anything more, on exact days.": (
        "Muestra lo que vendrá si nadie registra nada más, con sus días exactos."
    ),
    "Judge one initiative by rulebooks, or show all initiatives by all rulebooks.": (
        "Juzga una iniciativa según los reglamentos, o muestra todas las iniciativas según todos ellos."
    ),
    "List, show and check the rulebooks.": "Enumera, muestra y comprueba los reglamentos.",
    "all initiatives": "todas las iniciativas",
    "the last day, as YYYY-MM-DD; a year from today if none": (
        "el último día, como AAAA-MM-DD; si no se indica, dentro de un año"
    ),
    "List the rulebooks with their texts.": "Enumera los reglamentos con sus textos.",
    "Show one rulebook: its texts, their rules, windows and awards, and what the sources leave open.": (
        "Muestra un reglamento: sus textos, reglas, plazos y reconocimientos, y lo que las fuentes dejan abierto."
    ),
    "Check rulebooks, by file or by name, or all that there are; each mistake has its line and column.": (
        "Comprueba reglamentos, por archivo o por nombre, o todos los que hay; cada error se indica con su línea y su "
        "columna."
    ),
    "Print the JSON Schema of a rulebook file, for editors.": (
        "Imprime el esquema JSON de un archivo de reglamento, para editores."
    ),
    "one rulebook; all where none is named": "un reglamento; todos si no se indica ninguno",
    "of its web pages": "de sus páginas web",
    "made if it is missing; the other commands are then given in it": (
        "se crea si no existe; los demás comandos se dan después en ella"
    ),
    "a SQLite file afterwards, or for PostgreSQL a dump that pg_restore reads": (
        "será un archivo SQLite o, con PostgreSQL, un volcado que lee pg_restore"
    ),
    "Write calendars as iCalendar: of an initiative, of a person, or all of them.": (
        "Escribe calendarios como iCalendar: de una iniciativa, de una persona, o todos."
    ),
    "What other programs take away: the registry, event logs, calendars, models, the whole office.": (
        "Lo que leen otros programas: el registro, registros de eventos, calendarios, modelos, la oficina entera."
    ),
    "Who would be told what and when, how many messages a model means, and what reached nobody.": (
        "Quién recibiría qué aviso y cuándo, cuántos mensajes supone un modelo, y qué no llegó a nadie."
    ),
}
