#!/usr/bin/env bash
# ruamel.yaml 0.19.1 gives an empty value another place when ruamel.yaml.clib 0.2.15 is installed.
#
# A mapping has a key without a value on line 2, and the next key on line 4, after an empty line. The start mark of the
# empty value should not depend on an optional accelerator. Output seen (line:column, both from 1):
#
#   pure Python reader: 4:3   (the next key)
#   with the C reader:  2:5   (behind the colon)
#
# A program that reports mistakes by line and column points at the wrong line in one of the two. clusterflow takes the
# place of an empty value from its key. The script fails when the places are no longer those above.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip() { "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$@"; }

cat > "$folder/place.py" <<'PY'
from ruamel.yaml import YAML

((_, outer),) = YAML(typ="safe").compose("a:\n  b:\n\n  c: 1\n").value
mark = outer.value[0][1].start_mark
print(f"{mark.line + 1}:{mark.column + 1}")
PY

pip ruamel.yaml==0.19.1
pure=$("$folder/venv/bin/python" "$folder/place.py")
pip ruamel.yaml.clib==0.2.15
fast=$("$folder/venv/bin/python" "$folder/place.py")
echo "pure Python reader: $pure; with the C reader: $fast"
[ "$pure" = "4:3" ] && [ "$fast" = "2:5" ]
