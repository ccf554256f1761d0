import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../../../Sources/Dashboard/web/src/api/serverSentEvents";
import { parseRoute } from "../../../Sources/Dashboard/web/src/app/router";
import { formatDuration, formatWholeSeconds } from "../../../Sources/Dashboard/web/src/format/duration";
import { formatRelative } from "../../../Sources/Dashboard/web/src/format/instant";
import { formatBytes, formatShort } from "../../../Sources/Dashboard/web/src/format/number";
import { areaPath, axis, linePath, nearest, pieces } from "../../../Sources/Dashboard/web/src/metrics/chartGeometry";
import { parseKey } from "../../../Sources/Dashboard/web/src/workflow/operationKey";
import { moved, offsetLabel, rangeFromURL, rangeToURL, ticks, zoomed } from "../../../Sources/Dashboard/web/src/workflow/timeScale";

test("durations have the two units that matter", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [0.42, "0.4 ms"],
    [840, "840 ms"],
    [1_240, "1.24 s"],
    [59_960, "59.9 s"],
    [60_000, "1 min"],
    [185_000, "3 min 5 s"],
    [7_440_000, "2 h 4 min"],
    [284_400_000, "3 d 7 h"],
    [-5, "0 ms"],
    [NaN, "–"],
  ];
  for (const [value, text] of cases) assert.equal(formatDuration(value), text);
  assert.equal(formatWholeSeconds(12_900), "12 s");
});

test("instants are as far as one says", () => {
  assert.equal(formatRelative(1_000, 1_500), "now");
  assert.equal(formatRelative(0, 12_000), "12 s ago");
  assert.equal(formatRelative(0, 3 * 3_600_000 + 60_000), "3 h ago");
  assert.equal(formatRelative(9_000, 0), "in 9 s");
});

test("numbers have three digits that matter", () => {
  assert.equal(formatShort(0.1234), "0.12");
  assert.equal(formatShort(1_234), "1,234");
  assert.equal(formatShort(12_345), "12.3k");
  assert.equal(formatBytes(96_400_000), "96.4 MB");
});

test("an id in a path may hold anything", () => {
  assert.deepEqual(parseRoute(`/workflows/${encodeURIComponent("a/b?c#d%")}`), { page: "workflow", id: "a/b?c#d%" });
  assert.deepEqual(parseRoute("/workflows/%E0%A4%A"), { page: "none" });
  assert.deepEqual(parseRoute("/workflows"), { page: "workflows" });
  assert.deepEqual(parseRoute("/metrics/x"), { page: "none" });
});

test("a key is taken apart, names decoded", () => {
  assert.deepEqual(parseKey("parallel:#1/0/step:a%2Fb%23#12"), { scope: "parallel:#1/0", kind: "step", name: "a/b#", occurrence: 12 });
  assert.deepEqual(parseKey("sleep:#1"), { scope: "", kind: "sleep", name: "", occurrence: 1 });
});

test("events are whole, however the stream is cut", () => {
  const text = 'event: hello\nid: b-1\ndata: {"a":1}\n\n: comment\n\nevent: frame\r\ndata: x\r\ndata: y\r\n\r\n';
  for (const size of [1, 2, 7, text.length]) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...parser.push(text.slice(at, at + size)));
    assert.deepEqual(events, [
      { event: "hello", data: '{"a":1}', id: "b-1" },
      { event: "frame", data: "x\ny", id: null },
    ]);
  }
});

test("a chart's axis has round numbers that hold the highest", () => {
  assert.deepEqual(axis(87, false), [0, 50, 100]);
  assert.deepEqual(axis(2, true), [0, 1, 2]);
  assert.deepEqual(axis(0, true), [0, 1]);
});

test("gaps are gaps: a sample that is missing or empty is not bridged", () => {
  const points = [0, 1_000, 2_000, 9_000, 10_000].map((time) => ({ time, value: time === 1_000 ? null : 1 }));
  assert.deepEqual(pieces(points, 1_000).map((piece) => piece.map(({ time }) => time)), [[0], [2_000], [9_000, 10_000]]);
  const scale = { x: (time: number) => time / 1_000, y: (value: number) => value };
  assert.equal(linePath(points, 1_000, scale), "M-1.0 1.0h2M1.0 1.0h2M9.0 1.0L10.0 1.0");
  assert.equal(areaPath(points, null, 1_000, scale), "M9.0 1.0L10.0 1.0L10.0 0.0L9.0 0.0Z");
});

test("the nearest sample is found, also beyond the ends", () => {
  assert.equal(nearest([10, 20, 30], 24), 1);
  assert.equal(nearest([10, 20, 30], 26), 2);
  assert.equal(nearest([10], 99), 0);
  assert.equal(nearest([], 5), -1);
});

test("zooming keeps the point under the pointer, and never leaves what there is", () => {
  const all = { start: 0, end: 1_000 };
  const near = zoomed(all, 0.5, 250, all);
  assert.deepEqual(near, { start: 125, end: 625 });
  assert.deepEqual(zoomed(near, 100, 250, all), all);
  assert.deepEqual(moved(near, -9_000, all), { start: 0, end: 500 });
  assert.deepEqual(moved(near, 9_000, all), { start: 500, end: 1_000 });
  assert.deepEqual(rangeFromURL(rangeToURL(near, 100), 100), near);
  assert.equal(rangeFromURL("5-5", 0), null);
});

test("the timeline's ticks are legible", () => {
  assert.deepEqual(ticks({ start: 0, end: 5_000 }, 0, 500).map(({ label }) => label), ["0", "1 s", "2 s", "3 s", "4 s", "5 s"]);
  assert.equal(offsetLabel(5_400_000, 60_000), "1 h 30 min");
  assert.equal(offsetLabel(90_000, 10_000), "1 min 30 s");
});
