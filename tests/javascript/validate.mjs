// Validates the lines of standard input by the JSON Schema of a file, with Ajv as it comes: its default draft, strict,
// without plug-ins. Prints a line for each invalid one.
import fs from "node:fs";
import Ajv from "ajv";

const validate = new Ajv({ allErrors: true }).compile(JSON.parse(fs.readFileSync(process.argv[2], "utf8")));
const lines = fs.readFileSync(0, "utf8").split("\n").filter((line) => line.trim());
for (const line of lines) {
  if (!validate(JSON.parse(line))) {
    const found = validate.errors.map((e) => `${e.instancePath} ${e.message}`).join("; ");
    console.log(`${found}: ${line}`);
  }
}
