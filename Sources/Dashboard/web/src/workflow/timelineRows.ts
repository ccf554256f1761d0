import type { Operation } from "./Operation";
import { groupsOf } from "./operationKey";
import type { TimeRange } from "./timeScale";

/// A row's branch is told at the first operation of each branch.
export type TimelineRow =
  | { kind: "group"; id: string; depth: number; title: string; members: Operation[] }
  | { kind: "operation"; id: string; depth: number; branch: string | null; operation: Operation };

/// Operations in the order of their journal, those of parallel branches together under a row of their own.
export function timelineRows(operations: readonly Operation[]): TimelineRow[] {
  const rows: TimelineRow[] = [];
  const groups = new Map<string, Operation[]>();
  const roots: (Operation | string)[] = [];
  for (const operation of operations) {
    const outer = groupsOf(operation.scope)[0]?.group;
    if (outer === undefined) {
      roots.push(operation);
      continue;
    }
    const members = groups.get(outer);
    if (members) members.push(operation);
    else {
      groups.set(outer, [operation]);
      roots.push(outer);
    }
  }
  for (const root of roots) {
    if (typeof root === "string") addGroup(rows, root, groups.get(root) ?? [], 0);
    else rows.push({ kind: "operation", id: root.key, depth: 0, branch: null, operation: root });
  }
  return rows;
}

/// Those of which something is in a range of time.
export function rowsWithin(rows: readonly TimelineRow[], range: TimeRange): TimelineRow[] {
  const isWithin = ({ start, end }: Operation) => start <= range.end && (end ?? Infinity) >= range.start;
  return rows.filter((row) => (row.kind === "group" ? row.members.some(isWithin) : isWithin(row.operation)));
}

function addGroup(rows: TimelineRow[], group: string, members: Operation[], depth: number): void {
  rows.push({ kind: "group", id: group, depth, title: groupTitle(group), members });
  const branches = new Map<string, Operation[]>();
  for (const operation of members) {
    const branch = groupsOf(operation.scope)[depth]?.branch ?? "";
    const known = branches.get(branch);
    if (known) known.push(operation);
    else branches.set(branch, [operation]);
  }
  const inOrder = [...branches].sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }));
  for (const [branch, operations] of inOrder) addBranch(rows, branch, operations, depth + 1);
}

function addBranch(rows: TimelineRow[], branch: string, operations: Operation[], depth: number): void {
  const inner = new Map<string, Operation[]>();
  const order: (Operation | string)[] = [];
  for (const operation of operations) {
    const group = groupsOf(operation.scope)[depth]?.group;
    if (group === undefined) order.push(operation);
    else if (inner.has(group)) inner.get(group)?.push(operation);
    else {
      inner.set(group, [operation]);
      order.push(group);
    }
  }
  order.forEach((item, index) => {
    if (typeof item === "string") addGroup(rows, item, inner.get(item) ?? [], depth);
    else rows.push({ kind: "operation", id: item.key, depth, branch: index === 0 ? branch : null, operation: item });
  });
}

function groupTitle(group: string): string {
  const last = group.slice(group.lastIndexOf("/") + 1);
  const [kind = last, rest = ""] = last.split(":");
  const name = rest.slice(0, rest.lastIndexOf("#"));
  return name === "" ? kind : `${kind} ${name}`;
}
