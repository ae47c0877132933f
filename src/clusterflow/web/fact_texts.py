"""The texts of the pages of facts, attendance, dues and workbooks, in Spanish and English."""

from __future__ import annotations

from clusterflow.domain.text import Text

FACT_TEXTS: dict[str, Text] = {
    "more_pages": Text(es="Páginas de la iniciativa", en="Pages of the initiative"),
    "facts": Text(es="Datos", en="Facts"),
    "facts_lede": Text(
        es="Lo que está registrado. Cada cambio deja su rastro; nada se borra.",
        en="What is recorded. Every change leaves its trace; nothing is deleted.",
    ),
    "all_registry": Text(es="Registro de la oficina", en="Registry of the office"),
    "group_parties": Text(es="Quién participa", en="Who takes part"),
    "group_governance": Text(es="Gobierno y reuniones", en="Governance and meetings"),
    "group_strategy": Text(es="Estrategia", en="Strategy"),
    "group_money": Text(es="Dinero y personal", en="Money and staff"),
    "group_activity": Text(es="Actividad", en="Activity"),
    "group_programme": Text(es="Programa", en="Programme"),
    "record_new": Text(es="Registrar", en="Record"),
    "search": Text(es="Buscar", en="Search"),
    "filter": Text(es="Filtrar", en="Filter"),
    "show": Text(es="Mostrar", en="Show"),
    "any": Text(es="todos", en="any"),
    "state_current": Text(es="vigentes", en="in force"),
    "state_ended": Text(es="terminados", en="ended"),
    "state_all": Text(es="todos", en="all"),
    "state_withdrawn": Text(es="retirados", en="withdrawn"),
    "no_facts": Text(es="No hay nada registrado con estas condiciones.", en="Nothing is recorded that fits."),
    "entries": Text(es="registros", en="entries"),
    "sort_by": Text(es="Ordenar por {title}", en="Sort by {title}"),
    "open": Text(es="Ver", en="Open"),
    "first_page": Text(es="Al principio", en="First page"),
    "not_known": Text(es="sin dato", en="not known"),
    "correct": Text(es="Corregir", en="Correct"),
    "correct_help": Text(
        es="Para un error al registrar. Si algo cambió un día, registre el cambio con la fecha de ese día.",
        en="For a mistake in what was recorded. If something changed on a day, record the change with that day.",
    ),
    "change_from": Text(es="Registrar un cambio desde un día", en="Record a change from a day on"),
    "end_fact": Text(es="Termina", en="End"),
    "last_day": Text(es="Último día en que es verdad", en="Last day on which it is true"),
    "withdraw_fact": Text(es="Retirar", en="Withdraw"),
    "withdraw_help": Text(
        es="Para lo que nunca fue verdad. Deja de contar, y su rastro queda.",
        en="For what was never true. It no longer counts, and its trace stays.",
    ),
    "trace": Text(es="Rastro", en="Trace"),
    "version_entered": Text(es="registrado", en="recorded"),
    "version_corrected": Text(es="corregido", en="corrected"),
    "version_retracted": Text(es="retirado", en="withdrawn"),
    "valid_from_day": Text(es="vale desde el", en="true from"),
    "holds_now": Text(es="vigente", en="holds"),
    "by_whom": Text(es="por", en="by"),
    "old_version": Text(
        es="Esta versión ya no cuenta. El rastro dice qué la reemplazó.",
        en="This version no longer counts. The trace says what replaced it.",
    ),
    "save": Text(es="Guardar", en="Save"),
    "save_mine": Text(es="Guardar lo mío", en="Save mine"),
    "keep_theirs": Text(es="Dejar lo que está registrado", en="Keep what is recorded"),
    "changed_meanwhile": Text(es="Otra persona cambió este dato mientras tanto", en="Somebody else changed this fact"),
    "changed_meanwhile_help": Text(
        es="No se guardó nada. Compare, y elija qué queda.", en="Nothing was saved. Compare, and choose what stays."
    ),
    "exists_help": Text(
        es="Ya hay un dato así de ese día. Si guarda lo suyo, lo corrige.",
        en="There is such a fact of that day. If you save yours, it is corrected.",
    ),
    "withdrawn_meanwhile": Text(
        es="El dato ya no está registrado: alguien lo retiró.",
        en="The fact is no longer recorded: somebody withdrew it.",
    ),
    "field": Text(es="Campo", en="Field"),
    "theirs": Text(es="Registrado", en="Recorded"),
    "mine": Text(es="Lo que usted escribió", en="What you typed"),
    "odd_title": Text(es="¿Es correcto?", en="Is this right?"),
    "odd_help": Text(
        es="Corrija el valor, o marque que es correcto.", en="Correct the value, or confirm that it is right."
    ),
    "odd_confirm": Text(es="Sí, es correcto", en="Yes, it is right"),
    "currency": Text(es="Moneda", en="Currency"),
    "type_name": Text(es="Escriba el nombre o el Id.", en="Type the name or the id."),
    "id_help": Text(es="Si queda vacío, se crea solo.", en="If it is empty, one is made."),
    "required": Text(es="obligatorio", en="required"),
    "yes": Text(es="sí", en="yes"),
    "no": Text(es="no", en="no"),
    "save_facts": Text(es="Guardado", en="Saved"),
    # Attendance
    "attendance": Text(es="Asistencia", en="Attendance"),
    "present_of": Text(es="asistieron {present} de {all}", en="{present} of {all} present"),
    "present_yes": Text(es="Vino", en="Came"),
    "present_no": Text(es="No vino", en="Did not come"),
    "present_invited": Text(es="Sin dato", en="Not known"),
    "answers_saved": Text(es="Respuestas registradas: {number}.", en="Answers recorded: {number}."),
    "sheet_changed_help": Text(
        es="No se guardó nada. Donde su respuesta es otra, vea lo registrado y guarde de nuevo.",
        en="Nothing was saved. Where your answer differs, look at what is recorded and save again.",
    ),
    "came_for": Text(es="Por", en="For"),
    "organisation_missing": Text(
        es="No representa a ninguna organización ese día. Registre primero a cuál representa.",
        en="This person represents no organisation on that day. Record first which one.",
    ),
    "nobody_expected": Text(es="Nadie tiene puesto en este órgano.", en="Nobody has a seat in this body."),
    "somebody_else_came": Text(es="Vino alguien más", en="Somebody else came"),
    # The workbook
    "workbook": Text(es="Libro de Excel", en="Excel workbook"),
    "workbook_lede": Text(
        es="Descargue el libro con todo lo registrado, llénelo en su hoja de cálculo y envíelo. Antes de registrar "
        "nada, usted ve qué cambiaría.",
        en="Download the workbook with everything that is recorded, fill it in your spreadsheet, and submit it. You "
        "see what would change before anything is recorded.",
    ),
    "download_workbook": Text(es="Descargar el libro", en="Download the workbook"),
    "submit_workbook": Text(es="Enviar el libro lleno", en="Submit the filled workbook"),
    "filled_workbook": Text(es="Archivo", en="File"),
    "file_help": Text(es=".xlsx, .ods o .csv, hasta {size} MB", en=".xlsx, .ods or .csv, up to {size} MB"),
    "compare_workbook": Text(es="Ver qué cambiaría", en="See what would change"),
    "no_file": Text(es="Elija un archivo que no esté vacío.", en="Choose a file that is not empty."),
    "workbook_changed": Text(
        es="Otra persona registró algo mientras tanto. Vea los cambios de nuevo y confirme.",
        en="Somebody else recorded something meanwhile. Look at the changes again, and confirm.",
    ),
    "workbook_recorded": Text(es="El libro quedó registrado", en="The workbook is recorded"),
    "workbook_undone": Text(es="El libro quedó deshecho", en="The workbook is undone"),
    "undo": Text(es="Deshacer todo el libro", en="Undo the whole workbook"),
    "undo_help": Text(
        es="Lo nuevo se retira y lo cambiado vuelve a como estaba. El rastro queda.",
        en="What was new is withdrawn, and what was changed is as before. The trace stays.",
    ),
    "workbook_refused": Text(es="El libro no se registró", en="The workbook was not recorded"),
    "workbook_kept": Text(
        es="El archivo queda guardado. Corríjalo y envíelo otra vez.",
        en="The file is stored. Correct it and submit it again.",
    ),
    "marked_copy": Text(
        es="Descargar una copia con los errores marcados", en="Download a copy with the mistakes marked"
    ),
    "would_change": Text(es="Qué cambiaría", en="What would change"),
    "nothing_changes": Text(es="Nada cambia.", en="Nothing changes."),
    "new_rows": Text(es="Nuevo", en="New"),
    "changed_rows": Text(es="Cambia", en="Changed"),
    "look_again": Text(es="Revise", en="Check again"),
    "questions": Text(es="Preguntas", en="Questions"),
    "same_or_new": Text(es="«{name}»: ¿quién es?", en="«{name}»: who is it?"),
    "somebody_new": Text(es="Es nuevo", en="It is new"),
    "left_or_forgotten": Text(
        es="Ya no están en el libro: ¿terminaron, o faltan?", en="No longer in the workbook: ended, or forgotten?"
    ),
    "removed_keep": Text(es="Faltan en el libro: quedan como están", en="Forgotten: they stay as they are"),
    "removed_end": Text(es="Terminaron: terminan hoy", en="They ended: they end today"),
    "removed_withdraw": Text(es="Nunca fueron verdad: se retiran", en="They were never true: they are withdrawn"),
    "emptied_question": Text(es="Celdas que ahora están vacías", en="Cells that are empty now"),
    "emptied_keep": Text(es="Dejar el valor registrado", en="Keep the recorded value"),
    "emptied_clear": Text(es="Ya no se sabe: borrar el valor", en="Not known any more: clear the value"),
    "odd_else": Text(
        es="Si no, corrija el libro y envíelo otra vez.", en="Otherwise, correct the workbook and submit it again."
    ),
    "answer_questions": Text(es="Responder", en="Answer"),
    "record_workbook": Text(es="Registrar estos cambios", en="Record these changes"),
    # The initiative
    "dossier": Text(es="Descargar el dossier", en="Download the dossier"),
    "upcoming": Text(es="Qué viene", en="What comes next"),
    "members_by_kind": Text(es="Miembros por hélice y tamaño", en="Members by helix and size"),
    "payments": Text(es="Pagos de esta factura", en="Payments on this invoice"),
    "record_payment": Text(es="Registrar un pago", en="Record a payment"),
}
