#!/usr/bin/env bash
# uvicorn 0.54.0 with several workers answers each request 40 ms later than with one.
#
# An application answers a short text; one client asks 30 times on one connection, and measures each answer. uvicorn
# writes headers and body one after the other. With one worker, asyncio makes the listening socket and turns Nagle's
# algorithm off. With several, uvicorn binds it by socket.socket(family): its protocol is 0, asyncio then leaves Nagle's
# algorithm on, and the body waits for the acknowledgement of the headers, which Linux delays by 40 ms. Output seen:
#
#   1 worker:  0.4 ms (median)
#   2 workers: 44.0 ms
#
# clusterflow sets TCP_NODELAY on the socket that uvicorn binds; the accepted ones inherit it. The script fails when
# two workers are as fast as one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uvicorn==0.54.0

cat > "$folder/answer.py" <<'PY'
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
PY
cat > "$folder/ask.py" <<'PY'
import http.client, statistics, subprocess, sys, time

port, workers = sys.argv[1:]
server = subprocess.Popen(
    [sys.executable, "-m", "uvicorn", "answer:app", "--port", port, "--workers", workers, "--log-level", "error",
     "--lifespan", "off"])
try:
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", int(port))
            connection.request("GET", "/")
            connection.getresponse().read()
            break
        except OSError:
            time.sleep(0.1)
    seconds = []
    for _ in range(30):
        start = time.perf_counter()
        connection.request("GET", "/")
        connection.getresponse().read()
        seconds.append(time.perf_counter() - start)
    print(round(statistics.median(seconds) * 1000, 1))
finally:
    server.terminate()
    server.wait()
PY
cd "$folder"
one=$("$folder/venv/bin/python" ask.py 18731 1)
two=$("$folder/venv/bin/python" ask.py 18732 2)
echo "1 worker: $one ms; 2 workers: $two ms"
"$folder/venv/bin/python" -c "import sys; sys.exit(not $two > $one + 20)"
