"""The only room that knows Prefect's API.

It starts a server, declares and deploys the flows, runs them in a worker's own process, publishes the outbox, and
brings the forms of open gates back to what the database says.
Nothing is imported here, because importing Prefect costs a second that the command line should not pay.
"""
