#!/usr/bin/env bash
# python-calamine 0.9.1 joins the words of an .ods cell at a tab and at a line break.
#
# OpenDocument writes a tab and a line break inside a paragraph as elements of their own (text:tab, text:line-break;
# OpenDocument 1.3, part 3, section 6.1). The reader counts the spaces of text:s and starts a line at a new paragraph,
# but it drops these two. Two words become one, without a warning. Output seen, beside odfpy 1.4.1 on the same file:
#
#   python-calamine: 'NorthSouth'  'NorthSouth'   'North  South'  'North\nSouth'
#   odfpy:           'North\tSouth'  'North\nSouth'  'North  South'  'North' and 'South'
#
# A name that is pasted with a tab becomes another name. clusterflow looks through the cells before and puts such texts
# back. The script fails when the output is no longer that above.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-calamine==0.9.1 odfpy==1.4.1

cat > "$folder/read.py" <<'PY'
import sys

from odf.opendocument import OpenDocumentSpreadsheet, load
from odf.table import Table, TableCell, TableRow
from odf.teletype import extractText
from odf.text import LineBreak, P, S, Tab
from python_calamine import CalamineWorkbook

path = sys.argv[1]
document = OpenDocumentSpreadsheet()
table = Table(name="Members")
for middle in (Tab(), LineBreak(), S(c=2), None):
    paragraphs = [P(text="North")]
    if middle is None:
        paragraphs.append(P(text="South"))
    else:
        paragraphs[0].addElement(middle)
        paragraphs[0].addText("South")
    cell = TableCell(valuetype="string")
    for paragraph in paragraphs:
        cell.addElement(paragraph)
    row = TableRow()
    row.addElement(cell)
    table.addElement(row)
document.spreadsheet.addElement(table)
document.save(path)

read = [row[0] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]
shown = [
    [extractText(p) for p in cell.getElementsByType(P)] for cell in load(path).spreadsheet.getElementsByType(TableCell)
]
print("python-calamine:", read)
print("odfpy:", shown)
assert shown == [["North\tSouth"], ["North\nSouth"], ["North  South"], ["North", "South"]], shown
assert read == ["NorthSouth", "NorthSouth", "North  South", "North\nSouth"], read
PY

"$folder/venv/bin/python" "$folder/read.py" "$folder/members.ods"
