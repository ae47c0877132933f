"""The only room that knows Prefect's API.

It starts a quiet server, deploys the flows, runs them in a worker's own process, and speaks of runs and events
in a few words. It knows nothing of initiatives: addresses, folders and texts come in as arguments.
Nothing is imported here, because importing Prefect costs a second that the command line should not pay.
"""
