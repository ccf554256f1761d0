import type { Entry } from "../api/entries";
import type { Status } from "../api/types";
import { parseEnvelope } from "../json/envelope";
import { OperationIndex } from "./OperationIndex";
import type { Run } from "./Run";

const format = "aether-history/1";

export interface ExportedRun {
  run: Run;
  exportedAt: string;
  serverVersion: string;
}

/// Reads what `export` wrote.
///
/// - Throws: an Error that says what is wrong with the text.
export function parseExport(text: string): ExportedRun {
  let document: unknown;
  try {
    document = parseEnvelope(text);
  } catch {
    throw new Error("this file is not JSON; export a workflow from its page, or with GET /api/v1/workflows/ID/export");
  }
  const file = document as { format?: string; exportedAt?: string; server?: { version?: string }; workflow?: Status; entries?: Entry[] };
  if (typeof file !== "object" || file === null || !file.format?.startsWith("aether-history/")) {
    throw new Error("this file is no exported history of Aether: it has no member format that says so");
  }
  if (file.format !== format) throw new Error(`this file has the format ${file.format}, this page reads ${format}: open it with a newer server's page`);
  if (!file.workflow || !Array.isArray(file.entries)) throw new Error("this file has no workflow or no entries in it: it was cut short");
  const index = new OperationIndex();
  file.entries.forEach((entry) => index.add(entry));
  const run: Run = { status: file.workflow, entries: file.entries, index, version: 1, isComplete: true, isCut: false, isDeleted: false, error: null };
  return { run, exportedAt: file.exportedAt ?? "", serverVersion: file.server?.version ?? "unknown" };
}
