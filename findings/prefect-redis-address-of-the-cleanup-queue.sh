#!/usr/bin/env bash
# prefect-redis 0.3.0 with Prefect 3.9.1: the worker cleanup queue does not use the Redis address of the messaging.
#
# PREFECT_REDIS_MESSAGING_URL names the Redis server for the event broker, the cache, the ordering of events and the
# leases. The queue that PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE=prefect_redis.cleanup_queue chooses has its
# own variable, PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL, and without it connects to localhost. Output seen:
#
#   messaging: redis://redis.example:6379/0
#   cleanup queue: None localhost
#   cleanup queue with its own variable: redis://redis.example:6379/0
#
# On a machine without a local Redis the background services then end with «Connect call failed». clusterflow's
# deployments/compose.yaml sets both variables. The script fails when the queue takes the address of the messaging.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check prefect==3.9.1 prefect-redis==0.3.0
export PREFECT_HOME="$folder" PREFECT_REDIS_MESSAGING_URL=redis://redis.example:6379/0
cat > "$folder/addresses.py" <<'PY'
import os

from prefect_redis.cleanup_queue import RedisWorkerCleanupQueueSettings
from prefect_redis.client import RedisMessagingSettings

queue = RedisWorkerCleanupQueueSettings()
print("messaging:", RedisMessagingSettings().url)
print("cleanup queue:", queue.url, queue.host)
os.environ["PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL"] = os.environ["PREFECT_REDIS_MESSAGING_URL"]
print("cleanup queue with its own variable:", RedisWorkerCleanupQueueSettings().url)
PY
seen=$("$folder/venv/bin/python" "$folder/addresses.py")
echo "$seen"
[ "$seen" = "messaging: redis://redis.example:6379/0
cleanup queue: None localhost
cleanup queue with its own variable: redis://redis.example:6379/0" ]
