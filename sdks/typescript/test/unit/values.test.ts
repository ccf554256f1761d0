import assert from "node:assert/strict";
import { test } from "node:test";
import { packArguments, parameterCount, unpackArguments } from "../../src/api/arguments";
import { type Duration, toMilliseconds } from "../../src/api/duration";
import { UnstorableValue } from "../../src/api/errors";
import { recordedRetry, retries, retryDelay } from "../../src/api/RetryPolicy";
import { decodeValue, encodeValue } from "../../src/api/values";

const text = (value: unknown): string => Buffer.from(encodeValue(value)).toString();

test("equal values give equal bytes: sorted names, no spaces, no escaped slashes", () => {
  assert.equal(text({ b: 1, a: [true, null, "x/y"], 10: 1, 9: 2 }), '{"10":1,"9":2,"a":[true,null,"x/y"],"b":1}');
  assert.equal(text({ "\u{1F600}": 1, "\uFB01": 2, é: 3 }), '{"é":3,"\uFB01":2,"\u{1F600}":1}');
  assert.equal(text({ a: undefined, b: [undefined] }), '{"b":[null]}');
  assert.equal(text(undefined), "null");
  assert.equal(text(new Date(0)), '"1970-01-01T00:00:00Z"');
  assert.equal(text(new Date(1)), '"1970-01-01T00:00:00.001Z"');
  assert.equal(text({ toJSON: () => ({ b: 1, a: 2 }) }), '{"a":2,"b":1}');
  assert.equal(text(-0), "0");
});

test("what would not come back as it is can't be stored, and the error says where it is", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const values = { "a[1]": [1, NaN], "a.b": { b: 1n }, a: () => 1, "a.m": { m: new Map() }, "a.t": { t: new Uint8Array(1) } };
  for (const [place, value] of Object.entries(values)) {
    assert.throws(() => encodeValue({ a: value }), (error) => error instanceof UnstorableValue && error.message.includes(`at .${place} `), place);
  }
  assert.throws(() => encodeValue(cycle), /refers to itself/);
  assert.throws(() => encodeValue(Symbol("x")), UnstorableValue);
  assert.throws(() => encodeValue(new Date(NaN)), UnstorableValue);
});

test("what is stored comes back; nothing reads as null", () => {
  for (const value of [null, "ü\u0000\u2028", 1.5, { a: [1, { b: "c" }] }]) assert.deepEqual(decodeValue(encodeValue(value)), value);
  assert.equal(decodeValue(new Uint8Array(0)), null);
});

test("arguments: none is null, one is itself, more are an array, spread where the function declares more", () => {
  assert.equal(packArguments([], 0, "x"), null);
  assert.deepEqual(packArguments([[1, 2]], 1, "x"), [1, 2]);
  assert.deepEqual(packArguments([1, 2], 2, "x"), [1, 2]);
  assert.deepEqual(packArguments([1, 2], undefined, "x"), [1, 2], "declared elsewhere");
  assert.throws(() => packArguments([1, 2], 1, 'workflow "x"'), /workflow "x" was given 2 arguments and its function declares 1/);
  const roundTrip = (values: unknown[], parameters: number): unknown[] =>
    unpackArguments(encodeValue(packArguments(values, parameters, "x")), parameters);
  for (const [values, parameters] of [[[], 0], [[1], 1], [[[1, 2]], 1], [[1, 2], 2], [[[1, 2]], 2], [[null], 1]] as [unknown[], number][]) {
    assert.deepEqual(roundTrip(values, parameters), values, JSON.stringify(values));
  }
  assert.deepEqual(unpackArguments(encodeValue("x"), 2), ["x"], "one value of another language");
  assert.equal(parameterCount((_context: unknown, _a: number, _b: number) => undefined), 2);
});

test("durations are whole milliseconds, rounded up; what is none is refused", () => {
  const cases: [Duration, number][] = [
    [1.2, 2],
    [{ minutes: 1, seconds: 0.5 }, 60_500],
    [{ hours: 1, days: 1 }, 90_000_000],
    [{ seconds: 0.1 + 0.2 }, 300],
    [0, 0],
  ];
  for (const [duration, milliseconds] of cases) assert.equal(toMilliseconds(duration, "x"), milliseconds);
  const wrong = [{}, { weeks: 1 }, NaN, undefined, "1s"] as unknown as Duration[];
  for (const duration of wrong) assert.throws(() => toMilliseconds(duration, "the sleep"), TypeError);
});

test("a retry policy: attempts, delays that grow up to a limit, and errors that end it", () => {
  const policy = recordedRetry({ initial: 100, factor: 3, maximum: { seconds: 1 }, attempts: 4, jitter: 0.5, nonRetryable: ["TypeError"] });
  assert.deepEqual([1, 2, 3, 4].map((attempt) => retryDelay(policy, attempt, 0)), [100, 300, 900, 1_000]);
  assert.equal(retryDelay(policy, 1, 1), 50);
  assert.equal(retryDelay(recordedRetry({ factor: 1e300 }), 5_000, 0), 60_000);
  const failure = { message: "", type: "Error", step: "", nonRetryable: false };
  assert.ok(retries(policy, 3, failure) && !retries(policy, 4, failure));
  assert.ok(!retries(policy, 1, { ...failure, type: "TypeError" }) && !retries(policy, 1, { ...failure, nonRetryable: true }));
  assert.ok(retries(recordedRetry({}), 1_000_000, failure), "without attempts it is for ever");
});
