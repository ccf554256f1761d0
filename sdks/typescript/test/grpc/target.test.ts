import { strict as assert } from "node:assert";
import { test } from "node:test";
import { parseTarget } from "../../src/grpc/Target";
import { isLoopback, tokenRefusal } from "../../src/grpc/credentials";

function parts(url: string): unknown[] {
  const target = parseTarget(url);
  return [target.isSecure, target.host, target.port, target.authority];
}

test("a URL is taken apart; without a port it is 7233", () => {
  assert.deepEqual(parts("http://example.org"), [false, "example.org", 7233, "example.org:7233"]);
  assert.deepEqual(parts("http://example.org/"), [false, "example.org", 7233, "example.org:7233"]);
  assert.deepEqual(parts("https://example.org:8443"), [true, "example.org", 8443, "example.org:8443"]);
  assert.deepEqual(parts("https://example.org"), [true, "example.org", 7233, "example.org:7233"]);
});

test("the ports 80 and 443 can be asked for", () => {
  assert.deepEqual(parts("http://example.org:80"), [false, "example.org", 80, "example.org:80"]);
  assert.deepEqual(parts("https://example.org:443/"), [true, "example.org", 443, "example.org:443"]);
  assert.deepEqual(parts("https://example.org:80"), [true, "example.org", 80, "example.org:80"]);
});

test("IPv6 addresses have brackets in the URL and none as a host", () => {
  assert.deepEqual(parts("http://[::1]:9000"), [false, "::1", 9000, "[::1]:9000"]);
  assert.deepEqual(parts("http://[::1]"), [false, "::1", 7233, "[::1]:7233"]);
  assert.deepEqual(parts("https://[2001:db8::1]:443"), [true, "2001:db8::1", 443, "[2001:db8::1]:443"]);
});

test("what is not the URL of a server is refused with the reason", () => {
  const cases: [string, RegExp][] = [
    ["", /not a URL/],
    ["localhost", /not a URL/],
    ["localhost:7233", /"localhost:" is not http: or https:/],
    ["127.0.0.1:7233", /not a URL/],
    ["grpc://host", /"grpc:" is not http: or https:/],
    ["http://", /not a URL/],
    ["http://host:99999", /not a URL/],
    ["http://host:0", /port 0/],
    ["http://user:secret@host", /user name/],
    ["http://host/path", /more than a host/],
    ["http://host?query", /more than a host/],
    ["http://host#part", /more than a host/],
  ];
  for (const [url, message] of cases) assert.throws(() => parseTarget(url), message, url);
});

test("only this machine's own addresses are loopback", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) assert.equal(isLoopback(host), true, host);
  for (const host of ["127.0.0.1.example.org", "127.example.org", "128.0.0.1", "0.0.0.0", "::", "::2", "localhost.org"]) {
    assert.equal(isLoopback(host), false, host);
  }
});

test("a token goes to any machine over TLS, and in plain text to this one only", () => {
  const token = "secret";
  for (const url of ["https://192.0.2.1", "https://example.org", "http://localhost", "http://127.0.0.2", "http://[::1]"]) {
    assert.equal(tokenRefusal({ url, token }, parseTarget(url)), undefined, url);
  }
  for (const url of ["http://192.0.2.1", "http://example.org", "http://[2001:db8::1]"]) {
    assert.match(tokenRefusal({ url, token }, parseTarget(url))?.message ?? "", /not sent in plain text/, url);
    assert.equal(tokenRefusal({ url, token, allowsPlaintextToken: true }, parseTarget(url)), undefined, url);
    assert.equal(tokenRefusal({ url }, parseTarget(url)), undefined, url);
  }
});
