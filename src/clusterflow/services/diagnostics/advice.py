"""Everything that a check can advise, by id. A test follows each advice and sees that its finding is gone.

No advice destroys anything: what it replaces is kept beside it, and what it removes is listed first.
"""

from __future__ import annotations

from collections.abc import Mapping

from clusterflow.domain.text import Text


class Advice(Text):
    """What to do about a finding. Nothing, where ``id`` is empty."""

    id: str = ""


NO_ADVICE = Advice(es="", en="")


def advise(advice: str, /, **values: str | int) -> Advice:
    """Return an advice with its values filled in."""
    text = ADVICE[advice]
    return Advice(id=advice, es=text.es.format(**values), en=text.en.format(**values))


def _same(text: str) -> Text:
    """A command, or the words of another program: the same in every language."""
    return Text(es=text, en=text)


_FILES: Mapping[str, Text] = {
    "correct-setting": Text(
        es="corrija {name} en el entorno o en .env", en="correct {name} in the environment or in .env"
    ),
    "rename-setting": Text(es="¿quiso decir {name}?", en="was {name} meant?"),
    "unset-day": Text(
        es="quite CLUSTERFLOW_TODAY, salvo que esto sea un ensayo",
        en="unset CLUSTERFLOW_TODAY, unless this is a rehearsal",
    ),
    "own-secret": Text(
        es="déselo a quien ejecuta clusterflow, o ponga CLUSTERFLOW_SECRET",
        en="give it to whom clusterflow runs as, or set CLUSTERFLOW_SECRET",
    ),
    "restore-secret": Text(
        es="restáurelo de una copia; si no la hay: mv {file} {file}.old (los códigos ya enviados dejan de valer)",
        en="restore it from a copy; if there is none: mv {file} {file}.old (codes that were sent are no longer valid)",
    ),
    "close-file": _same("chmod 600 {file}"),
    "correct-folder": Text(es="corrija CLUSTERFLOW_{name}", en="correct CLUSTERFLOW_{name}"),
    "make-folder": Text(
        es="cree la carpeta, o corrija CLUSTERFLOW_{name}", en="make the folder, or correct CLUSTERFLOW_{name}"
    ),
    "permit-writing": Text(
        es="dé permiso de escritura a esa cuenta, o corrija CLUSTERFLOW_{name}",
        en="let that account write there, or correct CLUSTERFLOW_{name}",
    ),
    "correct-file": Text(es="corrija el archivo", en="correct the file"),
    "correct-entry": _same("{cure}"),
    "align-processes": Text(
        es="mientras difiere en el secreto o en el reloj, no trabaja: ponga el mismo CLUSTERFLOW_SECRET y la hora de "
        "la base de datos, y reinícielo; dos versiones pueden convivir durante una actualización",
        en="while its secret or clock differs, it does not work: set the same CLUSTERFLOW_SECRET and the time of the "
        "database, and restart it; two versions may run side by side during an upgrade",
    ),
    "share-secret": Text(
        es="ponga el mismo CLUSTERFLOW_SECRET en todas las máquinas",
        en="set the same CLUSTERFLOW_SECRET on all machines",
    ),
    "install-package": _same("pip install '{requirement}'"),
    "install-tested-versions": _same("{command}"),
}

_DATABASE: Mapping[str, Text] = {
    "upgrade-schema": Text(es="Ejecute: clusterflow db upgrade", en="Run: clusterflow db upgrade"),
    "install-its-version": Text(
        es="Instale la versión de clusterflow que la creó", en="Install the version of clusterflow that created it"
    ),
    "verify-ledger": Text(
        es="clusterflow ledger {chain} --verify dice dónde; conserve esta base de datos, restaure una copia en otra y "
        "compare",
        en="clusterflow ledger {chain} --verify says where; keep this database, restore a backup into another one and "
        "compare",
    ),
    "relay": Text(
        es="deje en marcha «clusterflow up» o el flujo relay; una vez: clusterflow relay",
        en="keep «clusterflow up» or the relay flow running; once: clusterflow relay",
    ),
    "correct-recipient": Text(
        es="corrija la dirección de {person} (clusterflow record person id={person} email=...) y vuelva a enviarlo: "
        "clusterflow notices retry {number}",
        en="correct the address of {person} (clusterflow record person id={person} email=...), and send it again: "
        "clusterflow notices retry {number}",
    ),
    "retry-all-notices": Text(
        es="véalos con clusterflow notices dead; cuando las direcciones estén corregidas: clusterflow notices retry "
        "--all",
        en="see them: clusterflow notices dead; once their addresses are corrected: clusterflow notices retry --all",
    ),
    "correct-submissions": Text(
        es="clusterflow intake refused dice qué corregir; corregido: clusterflow intake retry",
        en="clusterflow intake refused says what to correct; once corrected: clusterflow intake retry",
    ),
    "renew-label": Text(es="renuévelo; después: {command}", en="renew it; then: {command}"),
}

_CHANNELS: Mapping[str, Text] = {
    "set-mail-server": Text(
        es="ponga CLUSTERFLOW_MAIL, como mailtos://USUARIO:CLAVE@smtp.oficina.example?from=oficina@oficina.example",
        en="set CLUSTERFLOW_MAIL, as in mailtos://USER:PASSWORD@smtp.office.example?from=office@office.example",
    ),
    "correct-channel": Text(
        es="corrija su dirección; la de un servidor de correo es como "
        "mailtos://USUARIO:CLAVE@smtp.oficina.example?from=oficina@oficina.example; "
        "las demás: https://appriseit.com/services/",
        en="correct its address; that of a mail server is like "
        "mailtos://USER:PASSWORD@smtp.office.example?from=office@office.example; "
        "others: https://appriseit.com/services/",
    ),
    "start-mail-server": Text(
        es="mire si el servidor está en marcha y si un cortafuegos lo impide; si no es este, corrija la dirección",
        en="see whether the server is up and whether a firewall bars it; if it is the wrong one, correct the address",
    ),
}

_CHECKS: Mapping[str, Text] = {
    "repeat-when-idle": Text(
        es="mire la carga de esta máquina y de la que se consulta; después repita clusterflow doctor",
        en="see how busy this machine is, and the one that is asked; then repeat clusterflow doctor",
    ),
    "start-what-is-asked": Text(
        es="mire si lo que se consulta está en marcha y se alcanza desde aquí",
        en="see whether what is asked is up and can be reached from here",
    ),
    "report-mistake": Text(
        es="si lo demás está bien, es un error de clusterflow: comuníquelo con este texto",
        en="if all else is well, it is a mistake of clusterflow: report it with this text",
    ),
}

_PREFECT: Mapping[str, Text] = {
    "start-prefect": _same("clusterflow up"),
    "start-that-prefect": Text(
        es="arránquelo, o corrija CLUSTERFLOW_PREFECT_API", en="start it, or correct CLUSTERFLOW_PREFECT_API"
    ),
    "set-password": Text(
        es="ponga CLUSTERFLOW_PREFECT_AUTH: su usuario:clave", en="set CLUSTERFLOW_PREFECT_AUTH to its user:password"
    ),
    "choose-port": Text(
        es="mire su registro; si es otro programa, elija otro puerto con CLUSTERFLOW_PREFECT_PORT",
        en="see its log; if it is another program, choose another port with CLUSTERFLOW_PREFECT_PORT",
    ),
    "install-same-version": Text(
        es="instale la misma en ambos lados: {client}", en="install the same on both sides: {client}"
    ),
    "set-public-address": Text(
        es="ponga CLUSTERFLOW_WEB_ADDRESS, la dirección de las páginas de clusterflow web; sin ellas, ponga "
        "CLUSTERFLOW_PUBLIC_URL, la dirección en que las personas abren las páginas de Prefect",
        en="set CLUSTERFLOW_WEB_ADDRESS to the address of the pages of clusterflow web; without them, set "
        "CLUSTERFLOW_PUBLIC_URL to the address at which people open Prefect's pages",
    ),
    "correct-public-address": Text(
        es="ábrala en un navegador de otra máquina; si no abre, revise el proxy y CLUSTERFLOW_PUBLIC_URL",
        en="open it in a browser on another machine; if it does not open, check the proxy and CLUSTERFLOW_PUBLIC_URL",
    ),
    "set-server": Text(
        es="en el entorno del servidor de Prefect, y reinícielo: {variables}",
        en="in the environment of the Prefect server, and restart it: {variables}",
    ),
    "make-secret": Text(
        es="créelo en Prefect: Blocks, Secret, con el nombre {name}",
        en="make it in Prefect: Blocks, Secret, by the name {name}",
    ),
}

_DEPLOYMENTS: Mapping[str, Text] = {
    "correct-model": Text(
        es="corrija el archivo en configs/models; si lo dañado es la versión guardada, restaure una copia en otra base "
        "de datos y compare",
        en="correct the file in configs/models; where the stored version is damaged, restore a backup into another "
        "database and compare",
    ),
    "deploy": _same("clusterflow deploy"),
    "remove-obsolete": Text(
        es="clusterflow deploy --dry-run lo enumera; clusterflow deploy --yes lo quita",
        en="clusterflow deploy --dry-run lists it; clusterflow deploy --yes removes it",
    ),
    "write-deployments": Text(
        es="pase lo que sea de la oficina a un archivo aparte; después: clusterflow deploy --write {file}",
        en="move what is the office's own to a file of its own; then: clusterflow deploy --write {file}",
    ),
    "install-again": Text(
        es="instale clusterflow otra vez en este entorno; no toque el despliegue",
        en="install clusterflow again in this environment; leave the deployment alone",
    ),
    "resume-deployment": Text(es="reanúdelo en las páginas de Prefect", en="resume it in Prefect's pages"),
    "end-pause": Text(
        es="si la pausa no es a propósito: clusterflow deploy; si lo es: active: false en configs/schedules.yaml",
        en="if the pause is not on purpose: clusterflow deploy; if it is: active: false in configs/schedules.yaml",
    ),
    "switch-on-trigger": Text(
        es="enciéndalo en las páginas de Prefect (Automations), o: clusterflow deploy",
        en="switch it on in Prefect's pages (Automations), or: clusterflow deploy",
    ),
    "remove-schedule": Text(
        es="si se necesita, no haga nada; si no, quítelo en las páginas de Prefect",
        en="if it is needed, leave it; if not, remove it in Prefect's pages",
    ),
}

_RUNS: Mapping[str, Text] = {
    "resume-pool": _same("prefect work-pool resume {pool}"),
    "start-worker": Text(
        es="clusterflow up, o: prefect worker start --pool {pool}",
        en="clusterflow up, or: prefect worker start --pool {pool}",
    ),
    "start-more-workers": Text(
        es="mire si hay trabajadores (arriba), y si bastan: clusterflow up --limit N",
        en="see whether there are workers (above), and enough: clusterflow up --limit N",
    ),
    "restart-scheduler": Text(
        es="mire el registro del servidor de Prefect y reinícielo; si sigue igual: clusterflow deploy",
        en="see the log of the Prefect server, and restart it; if that does not help: clusterflow deploy",
    ),
    "reconcile": _same("clusterflow reconcile"),
    "start-workers-and-reconcile": Text(
        es="mire si hay trabajadores (arriba); después: clusterflow reconcile",
        en="see whether there are workers (above); then: clusterflow reconcile",
    ),
    "retry-run": Text(
        es="vea su registro: {address}; resuelta la causa: prefect flow-run retry {run}",
        en="see its log: {address}; once the cause is gone: prefect flow-run retry {run}",
    ),
    "wait-for-run": Text(
        es="vea su registro: {address}; mientras avance, espere", en="see its log: {address}; while it moves on, wait"
    ),
}

ADVICE: Mapping[str, Text] = {**_FILES, **_DATABASE, **_CHANNELS, **_CHECKS, **_PREFECT, **_DEPLOYMENTS, **_RUNS}
"""Every advice, by the id by which tests name it."""
