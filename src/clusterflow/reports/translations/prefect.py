"""Texts about Prefect: its server, its deployments, its events, and what ``clusterflow up`` starts."""

from __future__ import annotations

PREFECT: dict[str, str] = {
    "no Prefect server is known: set PREFECT_API_URL, as in "
    "http://127.0.0.1:4200/api": "no se conoce ningún servidor Prefect: defina PREFECT_API_URL, como "
    "http://127.0.0.1:4200/api",
    "no Prefect server answers at {} ({}): start one with: clusterflow up; or say where it is, by "
    "CLUSTERFLOW_PREFECT_API": "ningún servidor Prefect responde en {} ({}): inicie uno con clusterflow up, o diga "
    "dónde está con CLUSTERFLOW_PREFECT_API",
    "no Prefect server answers at {}: start it, or unset CLUSTERFLOW_PREFECT_API": "ningún servidor Prefect "
    "responde en {}: inícielo o quite CLUSTERFLOW_PREFECT_API",
    "the Prefect server at {} refuses us: set CLUSTERFLOW_PREFECT_AUTH "
    "to its user:password": "el servidor Prefect de {} no nos admite: defina CLUSTERFLOW_PREFECT_AUTH como "
    "usuario:contraseña",
    "what answers at {} is too slow: see how busy that machine is, and repeat; if it is no Prefect "
    "server, set CLUSTERFLOW_PREFECT_API or CLUSTERFLOW_PREFECT_PORT": "lo que responde en {} es demasiado lento: mire "
    "la carga de esa máquina y repita; si no es un servidor Prefect, defina CLUSTERFLOW_PREFECT_API o "
    "CLUSTERFLOW_PREFECT_PORT",
    "it does not answer as Prefect does": "no responde como Prefect",
    "the server at {} is not a Prefect server ({}): give the address of one with "
    "CLUSTERFLOW_PREFECT_API=http://HOST:PORT/api, or start one with: clusterflow up": "el servidor de {} no es un "
    "servidor Prefect ({}): indique la dirección de uno con CLUSTERFLOW_PREFECT_API=http://SERVIDOR:PUERTO/api, o "
    "inicie uno con: clusterflow up",
    "the Prefect server at {} is in trouble (HTTP {}): see its log": "el servidor Prefect de {} tiene problemas "
    "(HTTP {}): vea su registro",
    "the Prefect server at {} serves another database, {}, and this is "
    "{}: let this one have a server of its own, by CLUSTERFLOW_PREFECT_PORT; or, where the database has moved "
    "here, delete Prefect's variable «{}»": "el servidor Prefect de {} atiende otra base de datos, {}, y esta es "
    "{}: dele a esta un servidor propio con CLUSTERFLOW_PREFECT_PORT; o, si la base de datos se mudó aquí, borre "
    "la variable «{}» de Prefect",
    "Prefect does not accept {}: {}": "Prefect no acepta {}: {}",
    "{}: occurred has no time zone": "{}: occurred no tiene zona horaria",
    "Prefect does not understand an event: {}": "Prefect no entiende un evento: {}",
    "a Prefect server is already running on port {}: use it (PREFECT_API_URL={}), stop it, or choose another "
    "port": "ya hay un servidor Prefect en el puerto {}: úselo (PREFECT_API_URL={}), deténgalo o elija otro puerto",
    "port {} is taken by something that is not Prefect: choose another port": "el puerto {} lo ocupa algo que no es "
    "Prefect: elija otro puerto",
    "port {} is taken by something that does not answer in time: wait until the machine is less busy, or choose "
    "another port": "el puerto {} lo ocupa algo que no responde a tiempo: espere a que la máquina tenga menos carga o "
    "elija otro puerto",
    "the Prefect server did not answer within {} s; see {}": "el servidor Prefect no respondió en {} s; vea {}",
    "the Prefect server stopped at once; its last words ({}):": "el servidor Prefect se detuvo enseguida; sus últimas "
    "líneas ({}):",
    "Prefect: {} is slow to answer, waiting ...": "Prefect: {} tarda en responder, se espera ...",
    "Prefect: already up at {}": "Prefect: ya está en marcha en {}",
    "Prefect: starting ...": "Prefect: arrancando ...",
    "database: schema {} at {}": "base de datos: esquema {} en {}",
    "deployments: {}": "despliegues: {}",
    "no longer declared, removed: {}": "ya no se declara, se quitó: {}",
    "{} says something else: it is not read here. Write it anew with: clusterflow deploy "
    "--write {}": "{} dice otra cosa: aquí no se lee. Escríbalo de nuevo con: clusterflow deploy --write {}",
}
"""Each text in English, with its Spanish translation."""
