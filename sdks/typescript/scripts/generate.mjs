// Writes src/generated from the protos: node scripts/generate.mjs [--check]
//
// With --check nothing is written; it fails when what is there is not what would be written. It needs protoc on the PATH.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const protoRoot = resolve(here, "../../../proto");
const outputDirectory = resolve(here, "../src/generated");
const lineLength = 140;

// ---- What protoc says: descriptor.proto, as far as it is needed. Each field: number: [name, kind], kind "*" for repeated.

const schemas = {
  FileDescriptorSet: { 1: ["file", "*FileDescriptor"] },
  FileDescriptor: {
    1: ["name", "string"],
    2: ["package", "string"],
    3: ["dependency", "*string"],
    4: ["messageType", "*Descriptor"],
    5: ["enumType", "*EnumDescriptor"],
    6: ["service", "*ServiceDescriptor"],
    9: ["sourceCodeInfo", "SourceCodeInfo"],
    12: ["syntax", "string"],
  },
  Descriptor: {
    1: ["name", "string"],
    2: ["field", "*FieldDescriptor"],
    3: ["nestedType", "*Descriptor"],
    4: ["enumType", "*EnumDescriptor"],
    8: ["oneofDecl", "*OneofDescriptor"],
  },
  OneofDescriptor: { 1: ["name", "string"] },
  FieldDescriptor: {
    1: ["name", "string"],
    3: ["number", "int"],
    4: ["label", "int"],
    5: ["type", "int"],
    6: ["typeName", "string"],
    9: ["oneofIndex", "int"],
    17: ["proto3Optional", "int"],
  },
  EnumDescriptor: { 1: ["name", "string"], 2: ["value", "*EnumValueDescriptor"] },
  EnumValueDescriptor: { 1: ["name", "string"], 2: ["number", "int"] },
  ServiceDescriptor: { 1: ["name", "string"], 2: ["method", "*MethodDescriptor"] },
  MethodDescriptor: {
    1: ["name", "string"],
    2: ["inputType", "string"],
    3: ["outputType", "string"],
    5: ["clientStreaming", "int"],
    6: ["serverStreaming", "int"],
  },
  SourceCodeInfo: { 1: ["location", "*Location"] },
  Location: { 1: ["path", "ints"], 3: ["leadingComments", "string"] },
};

function readMessage(bytes, schema) {
  const message = {};
  for (const [name, kind] of Object.values(schemas[schema])) if (kind.startsWith("*")) message[name] = [];
  let position = 0;

  function varint() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[position++];
      if (byte === undefined) throw new Error("protoc's descriptors end too early");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  }

  function value(wireType) {
    if (wireType === 0) return varint();
    const length = wireType === 2 ? varint() : wireType === 1 ? 8 : 4;
    position += length;
    return bytes.subarray(position - length, position);
  }

  while (position < bytes.length) {
    const tag = varint();
    const content = value(tag & 7);
    const [name, kind] = schemas[schema][tag >> 3] ?? [];
    if (!name) continue;
    if (kind.startsWith("*")) message[name].push(convert(content, kind.slice(1)));
    else message[name] = convert(content, kind);
  }
  return message;
}

function convert(content, kind) {
  if (kind === "int") return content;
  if (kind === "string") return content.toString("utf8");
  // The numbers of a path are small: a byte each.
  if (kind === "ints") return [...content];
  return readMessage(content, kind);
}

// ---- The kinds of field: what they are in TypeScript, on the wire, and when they are not written.

const kinds = {
  1: { method: "double", type: "number", wire: 1, zero: "0" },
  2: { method: "float", type: "number", wire: 5, zero: "0" },
  3: { method: "int64", type: "number", wire: 0, zero: "0" },
  4: { method: "uint64", type: "number", wire: 0, zero: "0" },
  5: { method: "int32", type: "number", wire: 0, zero: "0" },
  6: { method: "fixed64", type: "bigint", wire: 1, zero: "0n" },
  7: { method: "fixed32", type: "number", wire: 5, zero: "0" },
  8: { method: "bool", type: "boolean", wire: 0, zero: "false" },
  9: { method: "string", type: "string", wire: 2, zero: '""' },
  11: { method: "message", wire: 2 },
  12: { method: "bytes", type: "Uint8Array", wire: 2, zero: "noBytes" },
  13: { method: "uint32", type: "number", wire: 0, zero: "0" },
  14: { method: "int32", wire: 0, zero: "0" },
  15: { method: "sfixed32", type: "number", wire: 5, zero: "0" },
  16: { method: "sfixed64", type: "bigint", wire: 1, zero: "0n" },
  17: { method: "sint32", type: "number", wire: 0, zero: "0" },
  18: { method: "sint64", type: "number", wire: 0, zero: "0" },
};
const repeatedLabel = 3;
const lengthDelimited = 2;

function camelCase(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

function fieldOf(descriptor, comment) {
  const kind = kinds[descriptor.type];
  if (!kind) throw new Error(`the field ${descriptor.name} is of a kind that the generator does not know`);
  if (descriptor.oneofIndex !== undefined && !descriptor.proto3Optional) {
    throw new Error(`the field ${descriptor.name} belongs to a oneof, which the generator does not know`);
  }
  const isMessage = kind.method === "message";
  const isRepeated = descriptor.label === repeatedLabel;
  return {
    ...kind,
    comment,
    name: camelCase(descriptor.name),
    type: kind.type ?? descriptor.typeName.split(".").pop(),
    typeName: descriptor.typeName,
    isMessage,
    isRepeated,
    isPacked: isRepeated && kind.wire !== lengthDelimited,
    isOptional: !isRepeated && (isMessage || descriptor.proto3Optional === 1),
    tag: (descriptor.number * 8 + kind.wire) >>> 0,
    packedTag: (descriptor.number * 8 + lengthDelimited) >>> 0,
  };
}

// ---- The parts of a file.

function commentsOf(file) {
  const comments = new Map();
  for (const location of file.sourceCodeInfo?.location ?? []) {
    if (location.leadingComments) comments.set((location.path ?? []).join("."), location.leadingComments);
  }
  return comments;
}

/** A doc comment, wrapped anew. */
function docComment(comment, indent = "") {
  if (!comment) return "";
  const text = comment.trim().replace(/\s+/g, " ").replaceAll("*/", "* /");
  const line = `${indent}/** ${text} */\n`;
  if (line.length <= lineLength + 1) return line;
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && indent.length + 3 + last.length + 1 + word.length <= lineLength) lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return [`${indent}/**`, ...lines.map((each) => `${indent} * ${each}`), `${indent} */`, ""].join("\n");
}

function enumText(descriptor, comment, valueComment) {
  const { name } = descriptor;
  const values = descriptor.value.map((value, index) => `${docComment(valueComment(index), "  ")}  ${value.name}: ${value.number ?? 0},\n`);
  return `${docComment(comment)}export const ${name} = {\n${values.join("")}} as const;\nexport type ${name} = number;\n`;
}

function messageText(name, comment, fields) {
  return [
    interfaceText(name, comment, fields),
    `export const ${name}: MessageType<${name}> = {`,
    "  encode(message) {",
    "    const writer = new WireWriter();",
    `    ${name}.write(writer, message);`,
    "    return writer.finish();",
    "  },",
    "",
    fields.length === 0 ? "  write() {}," : `  write(writer, message) {\n${fields.map(writeText).join("")}  },`,
    "",
    "  decode(bytes) {",
    "    const reader = new WireReader(bytes);",
    `    return ${name}.read(reader, reader.length);`,
    "  },",
    "",
    "  read(reader, end) {",
    readText(name, fields),
    "  },",
    "};",
    "",
  ].join("\n");
}

function interfaceText(name, comment, fields) {
  const lines = fields.map((field) => {
    const type = field.isRepeated ? `${field.type}[]` : field.type;
    return `${docComment(field.comment, "  ")}  ${field.name}${field.isOptional ? `?: ${type} | undefined` : `: ${type}`};\n`;
  });
  const body = fields.length === 0 ? "export interface NAME {}" : `export interface NAME {\n${lines.join("")}}`;
  return `${docComment(comment)}${body.replace("NAME", name)}\n`;
}

function writeText(field) {
  const value = `message.${field.name}`;
  if (field.isPacked) {
    return `    if (${value}?.length) {
      const start = writer.tag(${field.packedTag}).begin();
      for (const value of ${value}) writer.${field.method}(value);
      writer.end(start);
    }
`;
  }
  if (field.isRepeated && field.isMessage) {
    return `    if (${value}) {
      for (const each of ${value}) {
        const start = writer.tag(${field.tag}).begin();
        ${field.type}.write(writer, each);
        writer.end(start);
      }
    }
`;
  }
  if (field.isRepeated) {
    return `    if (${value}) {
      for (const value of ${value}) writer.tag(${field.tag}).${field.method}(value);
    }
`;
  }
  if (field.isMessage) {
    return `    if (${value}) {
      const start = writer.tag(${field.tag}).begin();
      ${field.type}.write(writer, ${value});
      writer.end(start);
    }
`;
  }
  return `    if (${condition(field, value)}) writer.tag(${field.tag}).${field.method}(${value});\n`;
}

/** When the field is written: proto3 leaves out zeros, but for a -0 and for what may be unset. */
function condition(field, value) {
  if (field.isOptional) return `${value} !== undefined`;
  if (field.method === "bytes") return `${value}?.length`;
  if (field.method === "double" || field.method === "float") return `${value} !== undefined && !Object.is(${value}, 0)`;
  return value;
}

function readText(name, fields) {
  const skip = "reader.skip(tag);";
  if (fields.length === 0) {
    return `    while (reader.position < end) reader.skip(reader.tag());\n    reader.finish(end);\n    return {};`;
  }
  const zeros = fields.map((field) => `      ${field.name}: ${field.isRepeated ? "[]" : field.isOptional ? "undefined" : field.zero},`);
  return [
    `    const message: ${name} = {`,
    ...zeros,
    "    };",
    "    while (reader.position < end) {",
    "      const tag = reader.tag();",
    "      switch (tag) {",
    ...fields.flatMap(caseLines),
    "        default:",
    `          ${skip}`,
    "      }",
    "    }",
    "    reader.finish(end);",
    "    return message;",
  ].join("\n");
}

function caseLines(field) {
  const read = field.isMessage ? `${field.type}.read(reader, reader.delimited())` : `reader.${field.method}()`;
  const target = `message.${field.name}`;
  const lines = [
    `        case ${field.tag}:`,
    `          ${field.isRepeated ? `${target}.push(${read})` : `${target} = ${read}`};`,
    "          break;",
  ];
  if (!field.isPacked) return lines;
  return [
    ...lines,
    `        case ${field.packedTag}: {`,
    "          const last = reader.delimited();",
    `          while (reader.position < last) ${target}.push(${read});`,
    "          reader.finish(last);",
    "          break;",
    "        }",
  ];
}

// ---- The files.

function moduleName(protoFile) {
  return basename(protoFile, ".proto");
}

function header(source) {
  return `// Generated by scripts/generate.mjs from ${source}. Do not edit.\n\n`;
}

function importText(names, from) {
  const unique = [...new Set(names)].sort();
  const line = `import { ${unique.join(", ")} } from "${from}";\n`;
  return line.length <= lineLength + 1 ? line : `import {\n${unique.map((name) => `  ${name},\n`).join("")}} from "${from}";\n`;
}

/** Where each message and enum is declared: its full name to the module. */
function declarations(files) {
  const modules = new Map();
  for (const file of files) {
    for (const { name } of [...file.messageType, ...file.enumType]) modules.set(`.${file.package}.${name}`, moduleName(file.name));
  }
  return modules;
}

function namesByModule(typeNames, modules, own) {
  const imports = new Map();
  for (const typeName of typeNames) {
    const module = modules.get(typeName);
    if (module === undefined) throw new Error(`${typeName} is not declared in aether/v1`);
    if (module !== own) imports.set(module, [...(imports.get(module) ?? []), typeName.split(".").pop()]);
  }
  return [...imports].sort().map(([module, names]) => importText(names, `./${module}`));
}

function fileText(file, modules) {
  const comments = commentsOf(file);
  const messages = file.messageType.map((descriptor, index) => {
    if (descriptor.nestedType.length > 0 || descriptor.enumType.length > 0) {
      throw new Error(`${descriptor.name} has nested types, which the generator does not know`);
    }
    const fields = descriptor.field.map((field, number) => fieldOf(field, comments.get(`4.${index}.2.${number}`)));
    return { name: descriptor.name, comment: comments.get(`4.${index}`), fields };
  });
  const fields = messages.flatMap((message) => message.fields);
  const enums = file.enumType.map((descriptor, index) =>
    enumText(descriptor, comments.get(`5.${index}`), (value) => comments.get(`5.${index}.2.${value}`)),
  );
  const imports = [
    'import type { MessageType } from "../wire/MessageType";\n',
    'import { WireReader } from "../wire/WireReader";\n',
    'import { WireWriter } from "../wire/WireWriter";\n',
    ...(fields.some((field) => field.zero === "noBytes" && !field.isRepeated) ? ['import { noBytes } from "../wire/noBytes";\n'] : []),
    ...namesByModule(fields.filter((field) => field.typeName).map((field) => field.typeName), modules, moduleName(file.name)),
  ];
  const bodies = messages.map((message) => messageText(message.name, message.comment, message.fields));
  return header(`proto/${file.name}`) + [imports.join(""), ...enums, ...bodies].join("\n");
}

function methodText(service, method, comment) {
  const streaming = [method.clientStreaming && "the client", method.serverStreaming && "the server"].filter(Boolean).join(" and ");
  const note = streaming === "" ? "" : ` A stream of ${streaming}.`;
  const name = method.name[0].toLowerCase() + method.name.slice(1);
  const types = [method.inputType, method.outputType].map((type) => type.split(".").pop());
  return `${docComment((comment ?? "") + note, "  ")}  ${name}: method("/${service}/${method.name}", ${types.join(", ")}),\n`;
}

function servicesText(files, modules) {
  const methods = files.flatMap((file) => file.service.flatMap((service) => service.method));
  const used = methods.flatMap((each) => [each.inputType, each.outputType]);
  const imports = ['import { method } from "../grpc/Method";\n', ...namesByModule(used, modules, "services")];
  const services = files.flatMap((file) => {
    const comments = commentsOf(file);
    return file.service.map((service, index) => {
      const texts = service.method.map((each, number) =>
        methodText(`${file.package}.${service.name}`, each, comments.get(`6.${index}.2.${number}`)),
      );
      return `${docComment(comments.get(`6.${index}`))}export const ${service.name} = {\n${texts.join("")}};\n`;
    });
  });
  return header("the services of proto/aether/v1") + [imports.join(""), ...services].join("\n");
}

function descriptorsOf(protos) {
  const directory = mkdtempSync(join(tmpdir(), "aether-generate-"));
  try {
    const output = join(directory, "set");
    const flags = ["--include_imports", "--include_source_info", `--descriptor_set_out=${output}`, `--proto_path=${protoRoot}`];
    execFileSync("protoc", [...flags, ...protos], { stdio: ["ignore", "inherit", "inherit"] });
    return readMessage(readFileSync(output), "FileDescriptorSet").file;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function generate() {
  const protos = readdirSync(join(protoRoot, "aether/v1"))
    // What servers say to one another is not the SDK's.
    .filter((name) => name.endsWith(".proto") && name !== "node.proto")
    .sort()
    .map((name) => `aether/v1/${name}`);
  const files = descriptorsOf(protos);
  for (const file of files) if (file.syntax !== "proto3") throw new Error(`${file.name} is not proto3`);
  const modules = declarations(files);
  const texts = new Map(files.map((file) => [`${moduleName(file.name)}.ts`, fileText(file, modules)]));
  return texts.set("services.ts", servicesText(files, modules));
}

function present() {
  try {
    return readdirSync(outputDirectory);
  } catch {
    return [];
  }
}

function check(texts) {
  const there = new Map(present().map((name) => [name, readFileSync(join(outputDirectory, name), "utf8")]));
  const names = [...new Set([...texts.keys(), ...there.keys()])].filter((name) => texts.get(name) !== there.get(name));
  if (names.length === 0) return;
  const directory = relative(process.cwd(), outputDirectory);
  console.error(`${directory} does not fit the protos: ${names.join(", ")}; run node ${relative(process.cwd(), process.argv[1])}`);
  process.exitCode = 1;
}

function write(texts) {
  mkdirSync(outputDirectory, { recursive: true });
  for (const name of present()) if (!texts.has(name)) rmSync(join(outputDirectory, name));
  for (const [name, text] of texts) writeFileSync(join(outputDirectory, name), text);
}

const texts = generate();
if (process.argv.includes("--check")) check(texts);
else write(texts);
