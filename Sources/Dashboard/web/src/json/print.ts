import { Payload } from "./Payload";
import { parseTree, type JsonNode } from "./tree";

/// A user's JSON over several lines.
export function prettyPayload(payload: Payload): string {
  return printTree(parseTree(payload.text));
}

export function printTree(node: JsonNode, indent = ""): string {
  const inner = indent + "  ";
  switch (node.kind) {
    case "literal":
      return node.text;
    case "string":
      return JSON.stringify(node.value);
    case "array":
      if (node.items.length === 0) return "[]";
      return `[\n${node.items.map((item) => inner + printTree(item, inner)).join(",\n")}\n${indent}]`;
    case "object": {
      if (node.members.length === 0) return "{}";
      const lines = node.members.map(([name, value]) => `${inner}${JSON.stringify(name)}: ${printTree(value, inner)}`);
      return `{\n${lines.join(",\n")}\n${indent}}`;
    }
  }
}

/// The API's own values as JSON text, with the payloads in them as they were sent.
export function stringify(value: unknown): string {
  if (value instanceof Payload) return value.text;
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stringify(member)}`).join(",")}}`;
}

/// One line that says what is in a payload.
export function preview(payload: Payload, maximumLength = 120): string {
  const text = payload.text.slice(0, maximumLength * 4).replace(/\s+/g, " ");
  return text.length > maximumLength ? text.slice(0, maximumLength) + "…" : text;
}
