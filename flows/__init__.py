"""The Prefect flows. They are thin: they call the use cases of services and the functions of clusterflow.prefect."""
