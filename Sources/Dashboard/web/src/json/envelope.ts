import { Payload } from "./Payload";

/// Members of the API's answers whose values are a user's.
const payloadMembers = new Set(["input", "result", "payload", "value", "details", "firstInput"]);

/// Parses an answer of the API and leaves the user's JSON in it as text, since JSON.parse would round its numbers.
export function parseEnvelope(text: string): unknown {
  const reader = new EnvelopeReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class EnvelopeReader {
  private position = 0;

  constructor(private readonly text: string) {}

  value(): unknown {
    this.skipSpace();
    switch (this.text[this.position]) {
      case "{":
        return this.object();
      case "[":
        return this.array();
      case '"':
        return this.string();
      default:
        return JSON.parse(this.skipped());
    }
  }

  end(): void {
    this.skipSpace();
    if (this.position < this.text.length) this.fail();
  }

  private object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.position += 1;
    if (this.takes("}")) return object;
    do {
      this.skipSpace();
      const name = this.string();
      if (!this.takes(":")) this.fail();
      object[name] = payloadMembers.has(name) ? this.payload() : this.value();
    } while (this.takes(","));
    if (!this.takes("}")) this.fail();
    return object;
  }

  private array(): unknown[] {
    const items: unknown[] = [];
    this.position += 1;
    if (this.takes("]")) return items;
    do items.push(this.value());
    while (this.takes(","));
    if (!this.takes("]")) this.fail();
    return items;
  }

  private payload(): Payload {
    this.skipSpace();
    return new Payload(this.skipped());
  }

  private string(): string {
    const start = this.position;
    this.skipString();
    const literal = this.text.slice(start, this.position);
    return literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  }

  /// The text of the value that begins here.
  private skipped(): string {
    const start = this.position;
    let depth = 0;
    while (this.position < this.text.length) {
      const character = this.text[this.position];
      if (character === '"') {
        this.skipString();
        if (depth === 0) break;
        continue;
      }
      if (character === "{" || character === "[") depth += 1;
      else if (character === "}" || character === "]") {
        if (depth === 0) break;
        depth -= 1;
        if (depth === 0) {
          this.position += 1;
          break;
        }
      } else if (depth === 0 && (character === "," || /\s/.test(character ?? ""))) break;
      this.position += 1;
    }
    if (depth > 0 || this.position === start) this.fail();
    return this.text.slice(start, this.position);
  }

  private skipString(): void {
    if (this.text[this.position] !== '"') this.fail();
    let end = this.position;
    let isEscaped = true;
    while (isEscaped) {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) this.fail();
      let backslashes = 0;
      while (this.text[end - 1 - backslashes] === "\\") backslashes += 1;
      isEscaped = backslashes % 2 === 1;
    }
    this.position = end + 1;
  }

  private takes(character: string): boolean {
    this.skipSpace();
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  private skipSpace(): void {
    while (" \n\r\t".includes(this.text[this.position] ?? "x")) this.position += 1;
  }

  private fail(): never {
    throw new SyntaxError(`this is no JSON at character ${this.position + 1}`);
  }
}
