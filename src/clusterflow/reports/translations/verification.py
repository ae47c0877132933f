"""What a verification of the ledger, or a seal, finds wrong."""

from __future__ import annotations

VERIFICATION: dict[str, str] = {
    "entry {} of «{}»: {}": "asiento {} de «{}»: {}",
    "chain «{}»: {}": "cadena «{}»: {}",
    "does not follow from the entry before it": "no se sigue del asiento anterior",
    "the stored moment of its last entry is another one": "el momento guardado de su último asiento es otro",
    "it is missing in the list of chains, and parts of it are still there": "falta en la lista de cadenas, "
    "y aún quedan partes de ella",
    "is missing, and had {} entries on {}": "falta, y tenía {} asientos el {}",
    "has {} entries, and had {} on {}": "tiene {} asientos, y tenía {} el {}",
    "is another entry than on {}, or one before it is": "no es el asiento que era el {}, o no lo es alguno anterior",
    "did not record this {}": "no registró este dato ({:noun})",
    "its {} has another status than in the ledger": "su dato ({:noun}) no está como dice la bitácora",
    "its {} says otherwise when, or by whom, it was entered": "su dato ({:noun}) dice otro momento u otro autor",
    "its {} cannot be checked, because its salt was deleted": "su dato ({:noun}) no se puede comprobar, "
    "porque se borró su sal",
    "its {} is not what was recorded": "su dato ({:noun}) no es lo que se registró",
    "its fact is missing": "falta su dato",
    "its {} says otherwise from which day a later one counts instead": "su dato ({:noun}) dice otro día desde el que "
    "cuenta uno posterior",
    "the pseudonym «{}» in it is not linked to anybody any more": "el seudónimo «{}» que contiene ya no es de nadie",
    "the pseudonym «{}» in it is linked to another person": "el seudónimo «{}» que contiene es de otra persona",
    "the person behind the pseudonym «{}» in it was removed, and no entry says so": "la persona del seudónimo «{}» que "
    "contiene se quitó, y ningún asiento lo dice",
    "the model «{}» that it is pinned to {}": "el modelo «{}» al que está fijada {}",
    "is missing": "falta",
    "was altered": "fue alterado",
    "the stored state holds a value that no state can have": "el estado guardado tiene un valor "
    "que ningún estado puede tener",
    "the stored state differs from the one that its ledger gives": "el estado guardado no es el que da su bitácora",
}
