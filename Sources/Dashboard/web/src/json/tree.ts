/// JSON as it is shown: members in their order, numbers with their digits.
export type JsonNode =
  | { kind: "object"; members: [name: string, value: JsonNode][] }
  | { kind: "array"; items: JsonNode[] }
  | { kind: "string"; value: string }
  | { kind: "literal"; text: string };

/// Deeper than this a value stays text: the parser calls itself.
const maximumDepth = 200;
const token = /[ \t\n\r]*([{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+)/gy;

/// - Throws: SyntaxError with the place.
export function parseTree(text: string): JsonNode {
  JSON.parse(text);
  token.lastIndex = 0;
  return parseValue(text, next(text), 0);
}

function next(text: string): string {
  return token.exec(text)?.[1] ?? "";
}

function parseValue(text: string, first: string, depth: number): JsonNode {
  if (depth > maximumDepth && (first === "{" || first === "[")) return { kind: "literal", text: restOf(text, first) };
  if (first === "{") {
    const members: [string, JsonNode][] = [];
    for (let name = next(text); name !== "}"; name = next(text)) {
      if (name === ",") continue;
      next(text);
      members.push([JSON.parse(name) as string, parseValue(text, next(text), depth + 1)]);
    }
    return { kind: "object", members };
  }
  if (first === "[") {
    const items: JsonNode[] = [];
    for (let item = next(text); item !== "]"; item = next(text)) {
      if (item !== ",") items.push(parseValue(text, item, depth + 1));
    }
    return { kind: "array", items };
  }
  if (first.startsWith('"')) return { kind: "string", value: JSON.parse(first) as string };
  return { kind: "literal", text: first };
}

function restOf(text: string, first: string): string {
  const start = token.lastIndex - 1;
  let open = 1;
  for (let part = first; open > 0; ) {
    part = next(text);
    if (part === "{" || part === "[") open += 1;
    if (part === "}" || part === "]") open -= 1;
  }
  return text.slice(start, token.lastIndex);
}
