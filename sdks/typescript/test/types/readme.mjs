// Writes the code of a README for the compiler: node readme.mjs README.md PROGRAMS FRAGMENTS
//
// Every ts block becomes a file whose name tells its line. Those that import `aether` are programs, and have to compile by themselves. The
// others are fragments: what they use of the SDK is imported for them, and what else they speak of is declared below.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const surroundings = `
import type { Activity, AetherClient, Workflow, WorkflowContext } from "@aetherframework.ai/sdk";

declare global {
  interface Order {
    id: string;
    cents: number;
  }
  interface Trip {
    city: string;
  }
  const client: AetherClient;
  const ctx: WorkflowContext;
  const order: Order;
  const orders: Order[];
  const ship: Workflow<[order: Order], string>;
  const pay: Workflow<[order: Order], string>;
  const charge: Activity<[order: Order], string>;
  const mailer: { send(order: Order, options: { key: string; signal: AbortSignal }): Promise<void> };
  const shop: {
    [Name in "reserve" | "stock" | "price" | "checkFraud" | "audit"]: (order: Order) => Promise<number>;
  } & {
    charge(order: Order, key: string): Promise<string>;
    book(city: string): Promise<string>;
    cancel(room: string): Promise<void>;
  };
}
`;

const [readme, programs, fragments] = process.argv.slice(2);
const declarations = join(fragments, "node_modules/@aetherframework.ai/sdk/dist/index.d.ts");
const exported = [...readFileSync(declarations, "utf8").matchAll(/export (?:type )?\{([^}]*)\}/g)]
  .flatMap(([, names]) => names.split(","))
  .map((name) => name.replace(/^\s*type /, "").trim())
  .filter((name) => name !== "");
if (exported.length < 20) throw new Error("the names that the SDK exports are not where they were");

function withImports(code) {
  const own = [...code.matchAll(/import \{([^}]*)\}/g)].flatMap(([, names]) => names.split(",").map((name) => name.trim()));
  const plain = code.replace(/\/\/.*$/gm, "").replace(/"[^"]*"/g, '""');
  const used = exported.filter((name) => !own.includes(name) && new RegExp(`\\b${name}\\b`).test(plain));
  // On the same line, so that the compiler's lines are those of the block.
  return `${used.length > 0 ? `import { ${used.join(", ")} } from "@aetherframework.ai/sdk"; ` : ""}${code}\nexport {};\n`;
}

let count = 0;
let block;
readFileSync(readme, "utf8")
  .split("\n")
  .forEach((line, index) => {
    if (block && line === "```") {
      const code = block.lines.join("\n");
      const isProgram = /import \{[^}]*\baether\b/.test(code);
      writeFileSync(join(isProgram ? programs : fragments, `line-${block.line}.ts`), isProgram ? `${code}\n` : withImports(code));
      count += 1;
      block = undefined;
    } else if (block) block.lines.push(line);
    else if (/^```ts\b/.test(line)) block = { line: index + 1, lines: [] };
  });
writeFileSync(join(fragments, "surroundings.ts"), surroundings);
if (count === 0) throw new Error(`${readme} has no code`);
