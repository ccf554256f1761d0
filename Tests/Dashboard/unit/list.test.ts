import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../../../Sources/Dashboard/web/src/api/types";
import { filtersFromURL, filtersToQuery, filtersToURL, matches, noFilters } from "../../../Sources/Dashboard/web/src/list/filters";
import { RowPages } from "../../../Sources/Dashboard/web/src/list/RowPages";

const now = Date.parse("2026-01-01T12:00:00.000Z");

function row(number: number, changes: Partial<Row> = {}): Row {
  const createdAt = new Date(now - 1_000_000 + number).toISOString();
  return { id: `order-${number}`, type: "order", state: "RUNNING", tier: "snapshot", createdAt, startedAt: null, completedAt: null, ...changes };
}

function rows(from: number, count: number): Row[] {
  return Array.from({ length: count }, (_, index) => row(from - index));
}

test("filters survive the way through the address", () => {
  const filters = { ...noFilters, type: "a&b", states: ["FAILED", "RUNNING"] as const, search: "x y*", range: "1h" };
  const parameters = new URLSearchParams(Object.entries(filtersToURL(filters)).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
  assert.deepEqual(filtersFromURL(parameters), { ...filters, states: ["RUNNING", "FAILED"] });
});

test("nonsense in the address filters nothing", () => {
  assert.deepEqual(filtersFromURL(new URLSearchParams("state=NONE,,&range=9y")), noFilters);
});

test("a star at the end asks for how ids begin, anything else for text", () => {
  assert.equal(filtersToQuery({ ...noFilters, search: "order-*" }, now).idPrefix, "order-");
  assert.equal(filtersToQuery({ ...noFilters, search: "order" }, now).text, "order");
  assert.equal(filtersToQuery({ ...noFilters, range: "1h" }, now).createdAfter, "2026-01-01T11:00:00.000Z");
});

test("a row that is told of is held against the same filters as the server's", () => {
  assert.ok(matches(noFilters, row(1), now));
  assert.ok(matches({ ...noFilters, search: "ORDER-1" }, row(1), now));
  assert.ok(!matches({ ...noFilters, search: "rder*" }, row(1), now));
  assert.ok(!matches({ ...noFilters, states: ["FAILED"] }, row(1), now));
  assert.ok(!matches({ ...noFilters, range: "15m" }, row(-900_000), now));
});

test("rows come youngest first, and what comes live goes where its age belongs", () => {
  const pages = new RowPages();
  pages.append(null, rows(10, 5), "c1");
  pages.append("c1", rows(5, 5), null);
  assert.ok(pages.insert(row(11)));
  assert.deepEqual(pages.slice(0, 2).map((row) => row?.id), ["order-11", "order-10"]);
  assert.ok(!pages.insert(row(3.5)), "older than the first page: not here");
  assert.equal(pages.count, 11);
  assert.equal(pages.indexOf("order-5"), 6);
});

test("a page that overlaps what is there adds nothing twice", () => {
  const pages = new RowPages();
  pages.append(null, rows(10, 5), "c1");
  pages.append("c1", rows(7, 5), null);
  assert.equal(pages.count, 8);
});

test("memory is bounded: far pages are given up and can be read again", () => {
  const pages = new RowPages();
  const size = 10;
  for (let page = 0; page < 100; page += 1) pages.append(page === 0 ? null : `c${page}`, rows(1_000 - page * size, size), `c${page + 1}`);
  pages.evict(990);
  assert.equal(pages.count, 1_000);
  assert.ok(pages.resident.length <= 41 * size);
  assert.deepEqual(pages.slice(100, 101), [undefined]);
  assert.deepEqual(pages.missing(100, 105), ["c10"]);
  pages.restore("c10", rows(900, size));
  assert.equal(pages.slice(100, 101)[0]?.id, "order-900");
  assert.equal(pages.slice(0, 1)[0]?.id, "order-1000", "the first page stays");
});

test("after something was missed each page is read again when it is shown, and nothing moves", () => {
  const pages = new RowPages();
  pages.append(null, rows(20, 5), "c1");
  pages.append("c1", rows(15, 5), "c2");
  pages.append("c2", rows(10, 5), null);
  pages.outdate();
  assert.deepEqual(pages.missing(3, 7), [null, "c1"]);
  assert.equal(pages.slice(6, 7)[0]?.state, "RUNNING", "shown as it was until then");
  pages.restore(null, [row(21), ...rows(20, 4).map((row) => ({ ...row, state: "FAILED" as const }))]);
  pages.restore("c1", rows(15, 5).map((row) => ({ ...row, state: "COMPLETED" as const })));
  assert.deepEqual(pages.slice(0, 6).map((row) => [row?.id, row?.state]), [
    ["order-20", "FAILED"], ["order-19", "FAILED"], ["order-18", "FAILED"], ["order-17", "FAILED"], ["order-16", "RUNNING"],
    ["order-15", "COMPLETED"],
  ]);
  assert.equal(pages.count, 15);
  assert.deepEqual(pages.missing(3, 7), []);
  assert.deepEqual(pages.missing(10, 11), ["c2"], "read when it is shown");
});
