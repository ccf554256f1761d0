// Checks all TypeScript of the repository: node scripts/lint.mjs [--fix]
//
// Each finding is printed as path:line:column: message, and there must be none. With --fix the formatting that can be corrected is. It needs
// nothing but Debian's node-typescript: its formatter, and its types, for promises that nobody waits for. What the compiler can find it is
// left to find.
//
// Where code needs what is not allowed, a comment says so on the line or the one before: `lint:` and the rule, `any`, `non-null`, `console`
// or `promise`, and why.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const ts = createRequire(import.meta.url)("/usr/share/nodejs/typescript");

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const sdk = "sdks/typescript";
const longestLine = 150;
const isFixing = process.argv.includes("--fix");

// ---- What is checked: the files, and how the compiler is to see them.

const common = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
  typeRoots: [join(root, ".build/typescript/types")],
};

const projects = [
  {
    folders: [`${sdk}/src`, `${sdk}/test`, `${sdk}/bench`],
    options: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.NodeJs },
  },
  { folders: [`${sdk}/scripts`, `${sdk}/test`], extensions: ["mjs", "cjs"], options: { allowJs: true } },
  {
    folders: ["examples/typescript"],
    options: { baseUrl: root, paths: { "@aetherframework.ai/sdk": [`${sdk}/src/index.ts`] } },
  },
  { folders: ["Sources/Dashboard/web/src", "Tests/Dashboard/unit"], options: dashboardOptions() },
];

function dashboardOptions() {
  const file = join(root, "Sources/Dashboard/web/tsconfig.json");
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, dirname(file));
  const typeRoots = [...(options.typeRoots ?? []), join(root, ".build/typescript/types")];
  return { ...options, typeRoots, types: [...(options.types ?? []), "node"], noUnusedLocals: false, noUnusedParameters: false };
}

function filesOf({ folders, extensions = ["ts", "tsx"] }) {
  return folders.flatMap((folder) => walk(join(root, folder))).filter((file) => extensions.includes(file.split(".").pop()));
}

function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist", "generated"].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

// ---- Findings.

const findings = [];

function report(file, position, message) {
  const { line, character } = file.getLineAndCharacterOfPosition(position);
  findings.push({ path: nameOf(file.fileName), line: line + 1, column: character + 1, message });
}

function nameOf(path) {
  return relative(root, path).split(sep).join("/");
}

/** Whether a comment allows what a rule forbids. */
function isAllowed(file, position, rule) {
  const lines = file.text.split("\n");
  const { line } = file.getLineAndCharacterOfPosition(position);
  const comment = new RegExp(`(//|/\\*).*\\blint: ${rule}\\b.*\\w`);
  return [lines[line], lines[line - 1] ?? ""].some((text) => comment.test(text));
}

// ---- Text.

function checkText(file) {
  const { text } = file;
  let start = 0;
  for (const line of text.split("\n")) {
    const at = (column, message) => report(file, start + column, message);
    // Elsewhere a line may be markup, a drawing's path or a row of a table.
    const isTooLong = line.length > longestLine && !nameOf(file.fileName).includes("Dashboard/");
    if (isTooLong) at(longestLine, `the line has ${line.length} characters; ${longestLine} are the most`);
    if (line.includes("\t")) at(line.indexOf("\t"), "a tab; indent with spaces");
    if (/\s$/.test(line)) at(line.trimEnd().length, "blanks at the end of the line");
    start += line.length + 1;
  }
  if (!text.endsWith("\n")) report(file, text.length, "the file does not end with a line end");
  else if (text.endsWith("\n\n")) report(file, text.length - 1, "an empty line at the end of the file");
}

// ---- Formatting, as far as the compiler's formatter agrees with how the code is written.

const format = {
  ...ts.getDefaultFormatCodeSettings("\n"),
  indentSize: 2,
  tabSize: 2,
  convertTabsToSpaces: true,
  // It would have them in types and loops of one line too: see semicolonEdits.
  semicolons: ts.SemicolonPreference.Ignore,
  insertSpaceAfterOpeningAndBeforeClosingNonemptyBraces: true,
  indentMultiLineObjectLiteralBeginningOnBlankLine: false,
};

/** An edit that is only about the indentation of a line. */
function isIndentation(text, { span, newText }) {
  const before = text.slice(text.lastIndexOf("\n", span.start - 1) + 1, span.start);
  return /^\s*$/.test(before) && /^[ \t]*$/.test(text.slice(span.start, span.start + span.length) + newText);
}

/**
 * Whether a line's indentation is the formatter's to decide. In an expression that goes over several lines, a chain of calls or of
 * conditions, it does not know how far.
 */
function isStatementLine(file, position) {
  const { line } = file.getLineAndCharacterOfPosition(position);
  const start = file.getPositionOfLineAndCharacter(line, 0);
  const first = start + /^\s*/.exec(file.text.slice(start))[0].length;
  let found = false;
  const visit = (node) => {
    if (first < node.pos || first >= node.end || found) return;
    found = node.getStart(file) === first && (ts.isStatement(node) || ts.isClassElement(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function formattingEdits(service, file) {
  const edits = service.getFormattingEditsForDocument(file.fileName, format);
  return edits.filter(({ span, newText }) => {
    // Between the parts of a loop's head, or of a type of one line.
    if (file.text[span.start - 1] === ";") return false;
    // Empty braces.
    if (/^\{\s*\}$/.test(`${file.text[span.start - 1]}${newText}${file.text[span.start + span.length]}`)) return false;
    return !isIndentation(file.text, { span, newText }) || isStatementLine(file, span.start);
  });
}

const endWithSemicolon = new Set([
  ts.SyntaxKind.ExpressionStatement,
  ts.SyntaxKind.VariableStatement,
  ts.SyntaxKind.ReturnStatement,
  ts.SyntaxKind.ThrowStatement,
  ts.SyntaxKind.BreakStatement,
  ts.SyntaxKind.ContinueStatement,
  ts.SyntaxKind.DoStatement,
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.ExportAssignment,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.PropertyDeclaration,
]);

function semicolonEdits(file) {
  const edits = [];
  visitAll(file, (node) => {
    if (!endWithSemicolon.has(node.kind) || file.text[node.end - 1] === ";") return;
    edits.push({ span: { start: node.end, length: 0 }, newText: ";" });
  });
  return edits;
}

function quoteEdits(file) {
  const edits = [];
  visitAll(file, (node) => {
    const start = node.getStart(file);
    if (!ts.isStringLiteral(node) || file.text[start] !== "'") return;
    const content = file.text.slice(start + 1, node.end - 1);
    if (content.includes('"')) return;
    edits.push({ span: { start, length: node.end - start }, newText: `"${content.replaceAll("\\'", "'")}"`, isQuote: true });
  });
  return edits;
}

function apply(text, edits) {
  let result = text;
  for (const { span, newText } of [...edits].sort((a, b) => b.span.start - a.span.start)) {
    result = result.slice(0, span.start) + newText + result.slice(span.start + span.length);
  }
  return result;
}

function checkFormat(service, file) {
  const edits = [...formattingEdits(service, file), ...semicolonEdits(file), ...quoteEdits(file)];
  if (edits.length === 0) return;
  // Not over what somebody has changed meanwhile.
  if (isFixing && readFileSync(file.fileName, "utf8") === file.text) {
    writeFileSync(file.fileName, apply(file.text, edits));
    console.log(`${nameOf(file.fileName)}: formatted`);
    return;
  }
  for (const { span, newText, isQuote } of edits) {
    const there = file.text.slice(span.start, span.start + span.length);
    const message = isQuote ? "single quotes" : `format: ${JSON.stringify(there)} should be ${JSON.stringify(newText)}`;
    report(file, span.start, `${message} (--fix)`);
  }
}

// ---- Lint.

function visitAll(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => visitAll(child, visit));
}

/** What is left over of an expression statement when nothing takes its value. */
function floatingPart(node) {
  if (ts.isParenthesizedExpression(node)) return floatingPart(node.expression);
  if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return undefined;
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) return undefined;
    return floatingPart(node.right);
  }
  if (ts.isConditionalExpression(node)) return floatingPart(node.whenTrue) ?? floatingPart(node.whenFalse);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression } = node.expression;
    if (name.text === "catch" || (name.text === "then" && node.arguments.length > 1)) return undefined;
    if (name.text === "finally") return floatingPart(expression) && node;
  }
  return node;
}

function isThenable(checker, type) {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return false;
  const parts = type.isUnion() ? type.types : [type];
  return parts.some((part) => {
    const then = part.getProperty("then");
    const declaration = then?.valueDeclaration ?? then?.declarations?.[0];
    return declaration !== undefined && checker.getTypeOfSymbolAtLocation(then, declaration).getCallSignatures().length > 0;
  });
}

const testFunctions = /^(test|describe|it|before|after|beforeEach|afterEach)(\.\w+)?$/;

function checkPromises(checker, file) {
  visitAll(file, (node) => {
    if (!ts.isExpressionStatement(node)) return;
    const part = floatingPart(node.expression);
    if (!part || !isThenable(checker, checker.getTypeAtLocation(part))) return;
    // The runner waits for its tests itself.
    if (ts.isCallExpression(part) && testFunctions.test(part.expression.getText(file))) return;
    const start = node.getStart(file);
    if (isAllowed(file, start, "promise")) return;
    report(file, start, "nobody waits for this promise, nor hears of its error: await it, .catch it, or say void");
  });
}

function checkNonNull(file) {
  visitAll(file, (node) => {
    if (!ts.isNonNullExpression(node) || isAllowed(file, node.end, "non-null")) return;
    report(file, node.end - 1, "a non-null assertion: say what happens when there is nothing");
  });
}

/** What holds for the SDK's own sources. */
function checkSource(file) {
  const isLogger = file.fileName.endsWith(`${sdk}/src/api/Logger.ts`);
  visitAll(file, (node) => {
    const start = node.getStart(file);
    if (node.kind === ts.SyntaxKind.AnyKeyword && !isAllowed(file, start, "any")) report(file, start, "any: unknown is checked");
    if (isLogger || !ts.isPropertyAccessExpression(node) || node.expression.getText(file) !== "console") return;
    if (!isAllowed(file, start, "console")) report(file, start, "console: what the SDK has to say it says to its logger");
  });
}

/** The exported declarations of a file of the public interface. */
function checkDocumentation(file) {
  for (const statement of file.statements) {
    const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported || ts.getJSDocCommentsAndTags(statement).length > 0) continue;
    const name = statement.name ?? statement.declarationList?.declarations[0]?.name;
    report(file, statement.getStart(file), `${name?.getText(file) ?? "this"} is exported and has no comment that says what it is`);
  }
}

// ---- All of it.

function check(project) {
  const names = filesOf(project);
  const options = { ...common, ...project.options };
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => names,
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => (existsSync(file) ? ts.ScriptSnapshot.fromString(readFileSync(file, "utf8")) : undefined),
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  const program = service.getProgram();
  const checker = program.getTypeChecker();
  for (const name of names) {
    const file = program.getSourceFile(name);
    checkText(file);
    checkFormat(service, file);
    checkPromises(checker, file);
    checkNonNull(file);
    const path = nameOf(name);
    if (path.startsWith(`${sdk}/src/`)) checkSource(file);
    if (path.startsWith(`${sdk}/src/api/`) || /^sdks\/typescript\/src\/(testing\/)?index\.ts$/.test(path)) checkDocumentation(file);
  }
  return names.length;
}

const count = projects.map(check).reduce((sum, each) => sum + each, 0);
findings.sort((a, b) => (a.path === b.path ? a.line - b.line || a.column - b.column : a.path < b.path ? -1 : 1));
for (const { path, line, column, message } of findings) console.log(`${path}:${line}:${column}: ${message}`);
console.log(`lint: ${count} files, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
