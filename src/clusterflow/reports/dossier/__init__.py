"""The dossier of an initiative, which its board reads before it decides."""
