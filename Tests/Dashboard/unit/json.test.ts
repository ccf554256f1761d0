import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnvelope } from "../../../Sources/Dashboard/web/src/json/envelope";
import { Payload } from "../../../Sources/Dashboard/web/src/json/Payload";
import { preview, printTree, stringify } from "../../../Sources/Dashboard/web/src/json/print";
import { parseTree } from "../../../Sources/Dashboard/web/src/json/tree";

test("a user's JSON is kept as it was sent, all else is read", () => {
  const text = '{"id":"a\\"b","attempts":2,"input":{"n":12345678901234567890,"10":1,"2":[1e400]},"result":null,"list":[{"payload":"]}"}]}';
  const value = parseEnvelope(text) as { id: string; attempts: number; input: Payload; result: Payload; list: { payload: Payload }[] };
  assert.equal(value.id, 'a"b');
  assert.equal(value.attempts, 2);
  assert.equal(value.input.text, '{"n":12345678901234567890,"10":1,"2":[1e400]}');
  assert.ok(value.result.isNull);
  assert.equal(value.list[0]?.payload.text, '"]}"');
  assert.equal(stringify(value), text);
});

test("strings that end in backslashes end where they end", () => {
  const value = parseEnvelope('{"input":"c:\\\\","name":"\\\\\\""}') as { input: Payload; name: string };
  assert.equal(value.input.text, '"c:\\\\"');
  assert.equal(value.name, '\\"');
});

test("what is cut short is refused", () => {
  for (const text of ["", "{", '{"a":', '{"a":1', '{"input":{"a":1', "[1,", '"a', '{"a":1}}']) {
    assert.throws(() => parseEnvelope(text), SyntaxError, text);
  }
});

test("a tree keeps digits and the order of members", () => {
  const text = '{"b":12345678901234567890,"10":-0.1e+10,"2":["x",{},[]],"a":null}';
  assert.equal(printTree(parseTree(text)).replace(/\s/g, ""), text);
});

test("a megabyte in one string, and a thousand brackets, are read", () => {
  const long = JSON.stringify("\\\"".repeat(500_000));
  const tree = parseTree(long);
  assert.equal(tree.kind === "string" && tree.value.length, 1_000_000);
  const deep = "[".repeat(1_000) + "]".repeat(1_000);
  assert.equal(printTree(parseTree(deep)).replace(/\s/g, ""), deep);
});

test("a preview is one short line", () => {
  assert.equal(preview(new Payload('{\n  "a": 1\n}')), '{ "a": 1 }');
  assert.equal(preview(new Payload(JSON.stringify("x".repeat(500))), 20).length, 21);
});
