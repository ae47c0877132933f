#!/bin/sh
# Copies what cannot be made again: the database, the secret, the settings and the office's files.
# Usage: ./backup.sh [FOLDER]. The copies go to FOLDER/DATE, or to backups/DATE beside this script.
# With SEALS=FOLDER a seal of the ledger goes there, too. Name a folder on a machine of somebody else.
# Each night at 02:30, by crontab:  30 2 * * * /path/to/backup.sh /srv/copies
set -eu
umask 077
cd "$$(dirname "$$0")"
PATH='$programs':"$$PATH"

to="$${1:-backups}/$$(date -u +%Y-%m-%dT%H%M%SZ)"
mkdir -p "$$to"
# The seal comes first, so that the copy holds everything that is sealed.
clusterflow seal --to "$$to/seal.txt"
if [ -n "$${SEALS:-}" ]; then cp "$$to/seal.txt" "$$SEALS/seal-$$(date -u +%Y-%m-%dT%H%M%SZ).txt"; fi
clusterflow db backup "$$to/database"

home=$$(sed -n 's/^CLUSTERFLOW_HOME=//p' .env)
for file in .env prefect.toml configs deployments "$${home:-$$HOME/.clusterflow}/secret"; do
    if [ -e "$$file" ]; then cp -pR "$$file" "$$to/"; fi
done
echo "backed up to $$to"
