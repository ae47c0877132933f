"""The texts of the pages, in Spanish and English. Texts that the reports have, too, are in their labels."""

from __future__ import annotations

from clusterflow.domain.access import Capacity
from clusterflow.domain.terms import Role
from clusterflow.domain.text import Text
from clusterflow.reports.labels import ROLE
from clusterflow.web.fact_texts import FACT_TEXTS
from clusterflow.web.texts_of_dues import DUES
from clusterflow.web.texts_of_me import ME
from clusterflow.web.texts_of_office import OFFICE

CAPACITY: dict[Capacity, Text] = {
    **{Capacity(role.value): ROLE[role] for role in Role},
    Capacity.SEAT_HOLDER: Text(es="integrante de un órgano", en="holds a seat"),
    Capacity.MEMBER: Text(es="representa a un miembro", en="represents a member"),
    Capacity.DELEGATE: Text(es="con voto delegado", en="delegate"),
    Capacity.ADMINISTRATOR: Text(es="administración", en="administrator"),
}

TEXTS: dict[str, Text] = {
    **FACT_TEXTS,
    # The frame of every page
    "my_work": Text(es="Mi trabajo", en="My work"),
    "skip": Text(es="Ir al contenido", en="Skip to the content"),
    "sign_out": Text(es="Salir", en="Sign out"),
    "sign_out_everywhere": Text(es="Salir en todos mis dispositivos", en="Sign out on all my devices"),
    "menu": Text(es="Menú", en="Menu"),
    # Signing in
    "sign_in": Text(es="Entrar", en="Sign in"),
    "sign_in_lede": Text(
        es="Escriba su correo electrónico. Le enviaremos un enlace para entrar; no hay contraseña.",
        en="Type your e-mail address. We send you a link to sign in; there is no password.",
    ),
    "address": Text(es="Correo electrónico", en="E-mail address"),
    "send_link": Text(es="Enviarme el enlace", en="Send me the link"),
    "address_mistake": Text(
        es="Esto no es una dirección de correo. Escríbala completa, por ejemplo ana@empresa.example.",
        en="This is not an e-mail address. Type all of it, for example ana@firm.example.",
    ),
    "link_sent": Text(es="Revise su correo", en="Look at your mail"),
    "link_sent_to": Text(
        es="Si {address} está en el registro de la oficina, el enlace llega en un momento. Sirve una sola vez, "
        "durante {minutes} minutos.",
        en="If {address} is in the registry of the office, the link arrives in a moment. It works once, for "
        "{minutes} minutes.",
    ),
    "link_sent_help": Text(
        es="¿No llega? Mire en la carpeta de correo no deseado, o pregunte a la oficina con qué dirección la registró.",
        en="Has it not arrived? Look in your spam folder, or ask the office which address it has for you.",
    ),
    "button_lede": Text(es="Presione el botón para entrar.", en="Press the button to sign in."),
    "link_ended": Text(es="Este enlace ya no sirve", en="This link no longer works"),
    "link_ended_help": Text(
        es="Cada enlace sirve una sola vez y por poco tiempo. Pida otro.",
        en="Each link works once, and for a short time. Ask for another one.",
    ),
    "ask_again": Text(es="Pedir otro enlace", en="Ask for another link"),
    "sign_on": Text(es="Entrar con la cuenta de mi oficina", en="Sign in with my office's account"),
    "sign_on_failed_title": Text(es="No se pudo entrar", en="You could not be signed in"),
    "sign_on_failed_advice": Text(
        es="La cuenta de su oficina no corresponde a una persona del registro, o la entrada caducó. Intente de nuevo, "
        "o entre con un enlace en el correo.",
        en="Your office's account belongs to nobody in the registry, or signing in took too long. Try again, or sign "
        "in by a link in a mail.",
    ),
    # My work
    "waiting": Text(es="Esperan su decisión", en="Waiting for your decision"),
    "nothing_waiting": Text(es="Nada espera su decisión.", en="Nothing waits for your decision."),
    "more_waiting": Text(
        es="Hay más: aparecen aquí cuando estas se deciden.",
        en="There are more: they appear here when these are decided.",
    ),
    "voted": Text(es="Usted ya votó; faltan otros votos", en="You have voted; other votes are missing"),
    "you_can_correct": Text(es="Usted puede resolver", en="You can correct"),
    "more_to_correct": Text(
        es="Hay más: la página de cada iniciativa muestra todo.",
        en="There is more: the page of each initiative has all.",
    ),
    "refused_workbooks": Text(es="Libros de Excel que no se registraron", en="Excel workbooks that were not recorded"),
    "my_refused_submissions": Text(
        es="Envíos de otros sistemas que no se registraron", en="Submissions of other systems that were not recorded"
    ),
    "refused_on": Text(es="rechazado el", en="refused on"),
    "was_due": Text(es="venció el", en="was due on"),
    "overdue_actions": Text(es="Sus acciones vencidas", en="Your overdue actions"),
    "my_initiatives": Text(es="Mis iniciativas", en="My initiatives"),
    "no_initiatives": Text(
        es="No hay iniciativas en las que usted tenga un puesto, represente a un miembro o trabaje en la oficina. "
        "Si falta alguna, avise a la oficina del programa.",
        en="There is no initiative in which you hold a seat, represent a member or work in the office. If one is "
        "missing, tell the program office.",
    ),
    "gate": Text(es="Puerta", en="Gate"),
    "open_since": Text(es="abierta desde el", en="open since"),
    "as": Text(es="Su papel", en="Your role"),
    "page_before": Text(es="Anteriores", en="Previous"),
    "page_after": Text(es="Siguientes", en="Next"),
    "under_way": Text(es="En curso", en="Under way"),
    # The initiative
    "stages": Text(es="Etapas", en="Stages"),
    "entered": Text(es="comenzó el", en="began on"),
    "due": Text(es="vence el", en="due on"),
    "overdue": Text(es="con retraso", en="overdue"),
    "achieved": Text(es="alcanzado el", en="achieved on"),
    "lapsed": Text(es="caducó el", en="lapsed on"),
    "held_until": Text(es="en espera hasta el", en="held until"),
    "optional": Text(es="opcional", en="optional"),
    "holds_back": Text(es="Qué la detiene", en="What holds it back"),
    "nothing_holds": Text(es="Nada la detiene.", en="Nothing holds it back."),
    "waits_for_decision": Text(es="Espera una decisión", en="Waits for a decision"),
    "found": Text(es="Encontrado", en="Found"),
    "asked": Text(es="Se pide", en="Asked"),
    "any_of": Text(es="Una de", en="One of"),
    "all_of": Text(es="Todas", en="All of"),
    "criterion": Text(es="Criterio", en="Criterion"),
    "stage": Text(es="Etapa", en="Stage"),
    "answer": Text(es="Hallazgo", en="Finding"),
    "conditions": Text(es="Condiciones", en="Conditions"),
    "by_day": Text(es="antes del", en="by"),
    "history": Text(es="Historia", en="History"),
    "older": Text(es="Más antiguo", en="Older"),
    "plots": Text(es="Gráficos", en="Plots"),
    "numbers": Text(es="Los números", en="The numbers"),
    "no_plots": Text(es="Todavía no hay datos que dibujar.", en="There are no facts to draw yet."),
    "plot_numbers": Text(es="Ver los números: {caption}", en="See the numbers: {caption}"),
    "plot_without_numbers": Text(
        es="Con los datos registrados todavía no hay un número.", en="The recorded facts give no number yet."
    ),
    "calendar_feed": Text(es="Recibir estas fechas en su calendario", en="Get these dates in your calendar"),
    "model": Text(es="Modelo", en="Model"),
    "as_of": Text(es="Al", en="As of"),
    # The gate
    "findings": Text(es="Hallazgos", en="Findings"),
    "readiness": Text(es="La puerta está", en="The gate is"),
    "met_of": Text(es="Se cumplen {number} de {all} criterios", en="{number} of {all} criteria are met"),
    "severity_help": Text(
        es="Lo que «bloquea» debe cumplirse para seguir adelante. Lo que «avisa» o «informa» ayuda a decidir, y no "
        "detiene.",
        en="What “blocks” must be met to go on. What “warns” or “informs” helps to decide, and holds nothing back.",
    ),
    "evidence": Text(es="En qué se apoya", en="Evidence"),
    "no_evidence": Text(es="No hay datos registrados.", en="No facts are recorded."),
    "help": Text(es="Qué ayudaría", en="What would help"),
    "see_and_record": Text(es="Ver y registrar", en="See and record"),
    "mended_by": Text(es="Puede remediarlo", en="Can be corrected by"),
    "counts": Text(es="cuenta", en="counts"),
    "source": Text(es="Fuente", en="Source"),
    "votes": Text(es="Votos", en="Votes"),
    "decides": Text(es="Decide", en="Who decides"),
    "no_votes": Text(es="Nadie ha votado todavía.", en="Nobody has voted yet."),
    "your_vote": Text(es="Su voto", en="Your vote"),
    "your_vote_stands": Text(es="Su voto quedó registrado", en="Your vote is recorded"),
    "counted": Text(es="cuentan {number} de {need} votos necesarios", en="{number} of {need} needed votes"),
    "noted": Text(es="no cuenta para ninguna decisión", en="it counts for no decision"),
    "change_vote": Text(
        es="Mientras la puerta esté abierta puede cambiar su voto o retirarlo.",
        en="While the gate is open you can change your vote or take it back.",
    ),
    "decided_on": Text(es="Decidida el", en="Decided on"),
    "began": Text(es="Comenzó", en="Began"),
    "earlier": Text(es="Decisiones anteriores", en="Earlier decisions"),
    "not_open": Text(
        es="Esta puerta no está abierta: nadie puede decidir en ella ahora.",
        en="This gate is not open: nobody can decide at it now.",
    ),
    "no_vote": Text(es="Usted no vota en esta puerta.", en="You have no vote at this gate."),
    "request_review": Text(es="Pedir la revisión ahora", en="Ask for the review now"),
    "request_review_help": Text(
        es="La puerta se abre sola cuando está lista. También se puede pedir antes.",
        en="The gate opens by itself when it is ready. You can also ask for the review earlier.",
    ),
    "decide": Text(es="Su decisión", en="Your decision"),
    "what_decide": Text(es="¿Qué decide?", en="What do you decide?"),
    "voice": Text(es="En nombre de quién vota", en="In whose name you vote"),
    "in_own_name": Text(es="en mi nombre", en="in my own name"),
    "reason": Text(es="Motivo", en="Reason"),
    "reason_help": Text(es="Queda en la bitácora y lo leen los demás.", en="The ledger keeps it, and others read it."),
    "until": Text(es="En espera hasta", en="Hold until"),
    "to_stage": Text(es="Volver a la etapa", en="Back to the stage"),
    "choose": Text(es="Elija", en="Choose"),
    "due_for": Text(es="Fecha límite de cada criterio", en="Date for each criterion"),
    "override": Text(es="Dejar pasar aunque no se cumpla", en="Let it pass although it is not met"),
    "code": Text(es="Código de un solo uso", en="One-time code"),
    "code_help": Text(es="Está en el aviso que recibió por esta puerta.", en="It is in your notice about this gate."),
    "send_code": Text(es="Enviarme un código nuevo", en="Send me a new code"),
    "code_sent": Text(es="El código va en camino", en="The code is on its way"),
    "code_sent_help": Text(
        es="Llega con los próximos avisos. El código anterior ya no sirve.",
        en="It arrives with the next notices. The earlier code no longer works.",
    ),
    "back_to_gate": Text(es="Volver a la puerta", en="Back to the gate"),
    "send_vote": Text(es="Registrar mi decisión", en="Record my decision"),
    "say_go": Text(es="Adelante", en="Go"),
    "say_go_help": Text(es="La iniciativa pasa a la etapa que sigue.", en="The initiative goes on to the next stage."),
    "say_conditional_go": Text(es="Adelante, con condiciones", en="Go, with conditions"),
    "say_conditional_go_help": Text(
        es="Pasa ya; lo que falta se cumple antes de una fecha.", en="It goes on; what is missing is due by a date."
    ),
    "say_hold": Text(es="En espera", en="Hold"),
    "say_hold_help": Text(es="No se decide nada hasta un día.", en="Nothing is decided until a day."),
    "say_recycle": Text(es="Volver a una etapa", en="Back to a stage"),
    "say_recycle_help": Text(es="Se rehace esta etapa o una anterior.", en="This stage or an earlier one is redone."),
    "say_stop": Text(es="Terminar", en="Stop"),
    "say_stop_help": Text(es="La iniciativa acaba aquí.", en="The initiative ends here."),
    "say_abstain": Text(es="Me abstengo", en="I abstain"),
    "say_abstain_help": Text(es="Su voto no cuenta para ninguna decisión.", en="Your vote counts for no decision."),
    "say_recuse": Text(es="Me aparto", en="I stand aside"),
    "say_recuse_help": Text(
        es="Por conflicto de interés.",
        en="Because of a conflict of interest.",
    ),
    "say_veto": Text(es="Veto", en="Veto"),
    "say_veto_help": Text(es="Nadie puede seguir adelante mientras dure.", en="Nobody can go on while it is in force."),
    "say_withdraw": Text(es="Retiro mi voto", en="I take my vote back"),
    "say_withdraw_help": Text(es="Como si no hubiera votado.", en="As if you had not voted."),
    # Mistakes in a form
    "mistakes": Text(es="Algo falta o no se acepta", en="Something is missing or not accepted"),
    "decision_missing": Text(es="Elija una de las respuestas.", en="Choose one of the answers."),
    "reason_missing": Text(es="Escriba el motivo de su decisión.", en="Write the reason for your decision."),
    "reason_long": Text(es="El motivo tiene más de 4000 caracteres.", en="The reason has more than 4000 characters."),
    "day_missing": Text(es="Ponga una fecha.", en="Set a date."),
    "day_unreadable": Text(
        es="Esto no es una fecha. Escríbala como año-mes-día: 2027-03-31.",
        en="This is not a date. Type it as year-month-day: 2027-03-31.",
    ),
    "to_stage_missing": Text(es="Elija la etapa.", en="Choose the stage."),
    "voice_missing": Text(es="Elija en nombre de quién vota.", en="Choose in whose name you vote."),
    # Refusals of the engine, by their codes
    "refused_closed": Text(es="La puerta ya no está abierta.", en="The gate is not open any more."),
    "refused_stopped": Text(
        es="La iniciativa terminó; ya no se decide nada.", en="The initiative was stopped; nothing is decided any more."
    ),
    "refused_barred": Text(
        es="Quien representa a su sector nunca decide en esta puerta.",
        en="People who represent your sector never decide at this gate.",
    ),
    "refused_dependent": Text(
        es="Quien representa a su sector no decide nada por sí solo aquí, así que no emite votos de otros.",
        en="People who represent your sector decide nothing alone here, so they cast no votes of others.",
    ),
    "refused_role": Text(
        es="Usted no tiene hoy ninguno de los papeles que deciden en esta puerta. La oficina puede registrarlo.",
        en="Today you hold none of the roles that decide at this gate. The office can record your seat.",
    ),
    "refused_twice": Text(
        es="Ese voto ya está registrado, o usted se apartó de esta revisión. Para votar, retire primero eso.",
        en="That vote is recorded already, or you stood aside from this review. To vote, take that back first.",
    ),
    "refused_withdraw": Text(es="No hay un voto suyo que retirar.", en="There is no vote of yours to take back."),
    "refused_delegation": Text(
        es="La delegación de ese voto ya no está vigente.", en="The delegation of that vote is not in force any more."
    ),
    "refused_proxies": Text(
        es="Usted ya emitió tantos votos de otras personas como permite esta puerta.",
        en="You have cast as many votes for others as this gate allows.",
    ),
    "refused_veto": Text(es="Usted no tiene derecho de veto aquí.", en="You have no right of veto here."),
    "refused_override": Text(
        es="Usted no puede dejar pasar ese criterio en esta puerta.", en="You may not let that criterion pass here."
    ),
    "refused_four_eyes": Text(
        es="Aquí no decide quien pidió la revisión o registró datos desde que empezó la etapa.",
        en="People who asked for the review, or recorded facts since the stage began, do not decide here.",
    ),
    "refused_term": Text(
        es="El plazo de esta etapa no se puede prorrogar hasta esa fecha, o ya no se puede prorrogar.",
        en="The term of this stage cannot be extended to that day, or not any more.",
    ),
    "refused_code": Text(
        es="El código no es el de esta puerta, o ya se usó. Pida uno nuevo si hace falta.",
        en="The code is not the one for this gate, or it was used. Ask for a new one if you need it.",
    ),
    "refused_locked": Text(
        es="Se probaron demasiados códigos. Pida uno nuevo.", en="Too many codes were tried. Ask for a new one."
    ),
    "refused_stale": Text(
        es="Los hallazgos cambiaron mientras usted decidía. Mírelos de nuevo y confirme.",
        en="The findings changed while you decided. Look at them again and confirm.",
    ),
    "was": Text(es="antes", en="before"),
    "refused_reason": Text(es="Escriba el motivo de su decisión.", en="Write the reason for your decision."),
    "refused_not_ready": Text(
        es="La puerta no está lista: algo que bloquea no se cumple. Puede seguir con condiciones.",
        en="The gate is not ready: something that blocks is not met. You can go on with conditions.",
    ),
    "refused_until": Text(es="La espera termina después de hoy.", en="A hold ends after today."),
    "refused_to_stage": Text(es="A esa etapa no se puede volver.", en="It is not possible to go back to that stage."),
    "refused_conditions": Text(
        es="Cada criterio pendiente necesita una fecha posterior a hoy.",
        en="Each open criterion needs a date after today.",
    ),
    # Pages for errors
    "not_found_title": Text(es="Aquí no hay nada para usted", en="There is nothing for you here"),
    "not_found_advice": Text(
        es="La página no existe, o usted no tiene acceso. Si debería tenerlo, avise a la oficina del programa.",
        en="The page does not exist, or you have no access. If you think that you should, tell the program office.",
    ),
    "old_form_title": Text(es="El formulario venció", en="The form has expired"),
    "old_form_advice": Text(
        es="No se cambió nada. Regrese, cargue la página de nuevo y envíe el formulario otra vez.",
        en="Nothing was changed. Go back, load the page again, and send the form once more.",
    ),
    "bad_request_title": Text(es="El formulario no se pudo leer", en="The form could not be read"),
    "bad_request_advice": Text(
        es="No se cambió nada. Quizá contiene un carácter que no se acepta: regrese y escriba el texto de nuevo.",
        en="Nothing was changed. It may contain a character that is not accepted: go back and type the text again.",
    ),
    "too_large_title": Text(es="Es demasiado texto", en="That is too much text"),
    "too_large_advice": Text(
        es="No se cambió nada. Regrese y acorte el texto.", en="Nothing was changed. Go back and shorten the text."
    ),
    "too_many_title": Text(es="Demasiados intentos", en="Too many attempts"),
    "too_many_advice": Text(es="Espere unos minutos e intente de nuevo.", en="Wait some minutes, then try again."),
    "conflict_title": Text(es="Ahora no es posible", en="That is not possible now"),
    "conflict_advice": Text(
        es="Algo cambió mientras tanto. Cargue la página de nuevo y mire cómo está.",
        en="Something changed meanwhile. Load the page again and look at it.",
    ),
    "failure_title": Text(es="Algo falló de nuestro lado", en="Something failed on our side"),
    "failure_advice": Text(
        es="Intente de nuevo. Si vuelve a fallar, avise a la oficina del programa y dígale la hora.",
        en="Try again. If it fails once more, tell the program office, and tell it the time.",
    ),
    **DUES,
    **ME,
    **OFFICE,
}
