import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of the protos, from wherever in the repository the tests run. */
export function protoRoot(from = process.cwd()): string {
  const root = join(from, "proto");
  if (existsSync(join(root, "aether/v1/types.proto"))) return root;
  if (dirname(from) === from) throw new Error("run the tests inside the repository: proto/aether/v1 is not found");
  return protoRoot(dirname(from));
}

/** What protoc, which shares no code with the SDK, makes of text. */
export function protocEncode(type: string, text: string, file: string, root = protoRoot()): Buffer {
  return execFileSync("protoc", [`--proto_path=${root}`, `--encode=${type}`, file], { input: text });
}

export function protocDecode(type: string, bytes: Uint8Array, file: string, root = protoRoot()): string {
  return execFileSync("protoc", [`--proto_path=${root}`, `--decode=${type}`, file], { input: bytes }).toString("utf8");
}

/** A message in protobuf's text format; every member that has a value is written. */
export function textFormat(message: object): string {
  return Object.entries(message)
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((each) => textField(name, each)) : [textField(name, value)]))
    .join("\n");
}

function textField(name: string, value: unknown): string {
  const field = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (value === undefined) return "";
  if (value instanceof Uint8Array) return `${field}: "${[...value].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;
  if (typeof value === "string") return textField(name, Buffer.from(value, "utf8"));
  if (typeof value === "object") return `${field} { ${textFormat(value as object)} }`;
  return `${field}: ${String(value)}`;
}
