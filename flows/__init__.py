"""The Prefect flows: thin, they call the door and the rooms of clusterflow.prefect."""
