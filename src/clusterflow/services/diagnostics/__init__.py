"""Diagnoses an installation: checks each part of it, and changes nothing.

The checks that need Prefect are in ``clusterflow.prefect.health``.
"""
