#!/usr/bin/env bash
# pm4py 2.7.23.11 reads the boolean «1» of an XES file as False.
#
# The schema of XES (IEEE 1849) types the value of a boolean attribute as xs:boolean, whose values are true, false, 1
# and 0. pm4py compares the text with «true» and takes all else for False, without a warning
# (pm4py/objects/log/importer/xes/variants/iterparse.py). A log that says «1» is analysed as if it said «no». Output
# seen for true, 1, false, 0:
#
#   True False False False
#
# clusterflow writes true and false. The script fails when the output is no longer that above.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pm4py==2.7.23.11

cat > "$folder/log.xes" <<'XES'
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <trace>
    <string key="concept:name" value="initiative"/>
    <event>
      <string key="concept:name" value="gate decided"/>
      <date key="time:timestamp" value="2026-03-05T10:00:00Z"/>
      <boolean key="word true" value="true"/>
      <boolean key="digit one" value="1"/>
      <boolean key="word false" value="false"/>
      <boolean key="digit zero" value="0"/>
    </event>
  </trace>
</log>
XES

cat > "$folder/read.py" <<'PY'
import sys

import pm4py

event = pm4py.read_xes(sys.argv[1]).iloc[0]
print(*(event.get(key) for key in ("word true", "digit one", "word false", "digit zero")))
PY

values=$("$folder/venv/bin/python" -W ignore "$folder/read.py" "$folder/log.xes" 2>/dev/null | tail -n 1)
echo "true, 1, false, 0 are read as: $values"
[ "$values" = "True False False False" ]
