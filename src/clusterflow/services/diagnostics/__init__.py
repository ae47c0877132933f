"""Diagnoses an installation: checks each part of it, and changes nothing.

What needs Prefect stands in ``clusterflow.prefect.health``.
"""
