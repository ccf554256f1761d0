// What import and require give has to be the same objects: an error of one is an instance of the other's class.
import { createRequire } from "node:module";
import assert from "node:assert/strict";

const require = createRequire(import.meta.url);
for (const name of ["@aetherframework.ai/sdk", "@aetherframework.ai/sdk/testing"]) {
  const imported = await import(name);
  const required = require(name);
  const names = Object.keys(required).sort();
  assert.ok(names.length > 0, `${name} exports nothing`);
  assert.deepEqual(Object.keys(imported).sort(), names, `${name}: names`);
  for (const each of names) assert.equal(imported[each], required[each], `${name}: ${each}`);
}
