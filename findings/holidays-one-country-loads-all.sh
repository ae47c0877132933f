#!/usr/bin/env bash
# holidays 0.109 loads the modules of all 250 countries to answer for one of them.
#
# Its registry is lazy: `import holidays` loads no country, and the first use of one imports `holidays.countries.spain`
# alone. But importing a module of a package runs the package first, and `holidays/countries/__init__.py` imports every
# country. Who asks for one country pays for all: 300 modules, half a second of a processor on a slow machine.
# Output seen:
#
#   imported: 0 countries
#   Spain, 2026: 8 holidays, 250 countries loaded
#
# clusterflow keeps the holidays of each country and year in the user's cache. The script fails when one country no
# longer loads the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109

cat > "$folder/ask.py" <<'PY'
import sys

import holidays


def loaded() -> int:
    return sum(name.startswith("holidays.countries.") for name in sys.modules)


print(f"imported: {loaded()} countries")
days = holidays.country_holidays("ES", years=2026)
print(f"Spain, 2026: {len(days)} holidays, {loaded()} countries loaded")
assert loaded() > 200, "one country no longer loads the others"
PY
"$folder/venv/bin/python" "$folder/ask.py"
