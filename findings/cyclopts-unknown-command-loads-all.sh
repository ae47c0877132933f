#!/usr/bin/env bash
# cyclopts 5.5.2 imports every lazily registered command to answer a mistyped one.
#
# A command registered by its import path ("shop.orders:add") is imported when it is called, so that a program starts
# quickly. The message about an unknown command lists the commands that are there; to leave out those that are hidden, it
# resolves each of them, and so imports the modules of all. A mistyped word then takes longer than any command: in a
# program whose slowest command imports half a second of libraries, half a second. Output seen:
#
#   known: loaded ['orders']
#   mistyped: Unknown command "ordres". Did you mean "orders"? Available commands: orders, stock.
#   mistyped: loaded ['orders', 'stock']
#
# clusterflow writes this message itself, from the names alone. The script fails when the modules are no longer imported.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cyclopts==5.5.2

mkdir "$folder/shop"
touch "$folder/shop/__init__.py"
for name in orders stock; do
    printf 'def show() -> None:\n    pass\n' > "$folder/shop/$name.py"
done
cat > "$folder/ask.py" <<'PY'
import sys

from cyclopts import App, UnknownCommandError

app = App(result_action="return_value")
for name in ("orders", "stock"):
    app.command(f"shop.{name}:show", name=name)


def loaded() -> list[str]:
    return sorted(module.removeprefix("shop.") for module in sys.modules if module.startswith("shop."))


app(["orders"], exit_on_error=False, print_error=False)
print("known: loaded", loaded())
try:
    app(["ordres"], exit_on_error=False, print_error=False)
except UnknownCommandError as problem:
    print("mistyped:", problem)
print("mistyped: loaded", loaded())
assert loaded() == ["orders", "stock"], "an unknown command no longer loads the others"
PY
cd "$folder" && "$folder/venv/bin/python" ask.py
