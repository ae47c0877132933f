"""The dossier of an initiative: what its board sees of it before it decides."""
