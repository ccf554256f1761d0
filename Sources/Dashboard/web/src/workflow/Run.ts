import type { Entry } from "../api/entries";
import type { Status } from "../api/types";
import type { OperationIndex } from "./OperationIndex";

/// What a page knows of a run, from the server or from a file. The entries and the index only grow; `version` tells when.
export interface Run {
  status: Status | null;
  entries: Entry[];
  index: OperationIndex;
  version: number;
  /// Whether the journal was read to its end.
  isComplete: boolean;
  /// Whether there is more than a page keeps.
  isCut: boolean;
  isDeleted: boolean;
  error: unknown;
}
