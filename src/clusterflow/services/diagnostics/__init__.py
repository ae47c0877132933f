"""What might be wrong with an installation: looked at piece by piece, changed nowhere.

What needs Prefect stands in ``clusterflow.prefect.health``.
"""
