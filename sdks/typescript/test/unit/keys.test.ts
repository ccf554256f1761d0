import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyedRandom } from "../../src/run/KeyedRandom";
import { isAdded, keyName, keyStem } from "../../src/run/OperationKey";
import { HeartbeatThrottle } from "../../src/worker/HeartbeatThrottle";
import { Places } from "../../src/worker/Places";
import { uuidV7 } from "../../src/connection/uuidV7";

test("keys are what every SDK makes", () => {
  assert.equal(keyStem("", "step", "a/b#c%d:e"), "step:a%2Fb%23c%25d%3Ae#");
  assert.equal(keyStem("parallel:#1/0", "sleep", ""), "parallel:#1/0/sleep:#");
  assert.equal(keyName("parallel:#1/0/step:a%2Fb%23c%25d%3Ae#12"), "a/b#c%d:e");
  assert.ok(isAdded("added:x#1/step:y#1") && isAdded("parallel:#1/0/added:x#1/step:y#1") && !isAdded("step:added:x#1"));
});

test("random numbers are SplitMix64's", () => {
  // The first outputs of the generator seeded with 1234567, as its authors' code prints them; a key whose hash is the XOR of both.
  const generator = new KeyedRandom(1234567n ^ 0xcbf2_9ce4_8422_2325n, "");
  assert.deepEqual([generator.next(), generator.next(), generator.next()], [6457827717110365317n, 3203168211198807973n, 9817491932198370423n]);
});

test("a heartbeat goes at once, what follows within the interval goes as one at its end", () => {
  const throttle = new HeartbeatThrottle(300);
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  assert.deepEqual(throttle.beat(bytes("1"), 0), { kind: "send", details: bytes("1") });
  assert.equal(throttle.beat(bytes("2"), 10).kind, "nothing", "one is under way");
  assert.deepEqual(throttle.sent(true, 20), { kind: "wait", milliseconds: 80 });
  assert.equal(throttle.beat(bytes("3"), 50).kind, "nothing");
  assert.deepEqual(throttle.due(100), { kind: "send", details: bytes("3") });
  assert.equal(throttle.sent(false, 110).kind, "nothing");
  assert.deepEqual(throttle.end(), bytes("3"), "it was not delivered");
  assert.equal(throttle.end(), undefined);
});

test("places go to who came first, and to nobody once they are closed", () => {
  const places = new Places<string>(2);
  assert.deepEqual(["a", "b", "c", "d"].map((name) => places.claim(name)), [true, true, false, false]);
  assert.equal(places.free(), "c");
  places.close();
  assert.equal(places.free(), undefined);
  assert.ok(!places.claim("e"));
});

test("ids made here are UUIDs of version 7, in the order in which they were made", () => {
  const ids = Array.from({ length: 20_000 }, uuidV7);
  assert.ok(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
});
