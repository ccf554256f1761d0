import { strict as assert } from "node:assert";
import { test } from "node:test";
import { parseTarget } from "../../src/grpc/Target";
import { connectionFailure } from "../../src/grpc/connectionFailure";

const target = parseTarget("https://example.org");

function words(code: string): string {
  return connectionFailure(Object.assign(new Error("raw"), { code }), target);
}

test("what goes wrong with a connection is said in words", () => {
  const cases: [string, RegExp][] = [
    ["ECONNREFUSED", /was refused/],
    ["ENOTFOUND", /"example.org" was not found/],
    ["EAI_AGAIN", /can't be looked up/],
    ["ETIMEDOUT", /in time/],
    ["EHOSTUNREACH", /can't be reached/],
    ["ENETUNREACH", /can't be reached/],
    ["ECONNRESET", /broke the connection off/],
    ["EPIPE", /broke the connection off/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /not trusted.*tls.caFile/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /not trusted/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /not trusted/],
    ["UNABLE_TO_GET_ISSUER_CERT", /not trusted/],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", /not trusted/],
    ["CERT_HAS_EXPIRED", /has expired/],
    ["CERT_NOT_YET_VALID", /not valid yet/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /not for "example.org"/],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /asks for a certificate.*tls.certificateFile/],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", /asks for a certificate/],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", /does not accept the certificate/],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", /does not accept the certificate/],
    ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", /does not speak HTTP/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /does not speak TLS; is it http:\/\/example.org:7233/],
    ["ERR_SSL_PACKET_LENGTH_TOO_LONG", /does not speak TLS/],
    ["EPROTO", /does not speak TLS/],
    ["ERR_HTTP2_ERROR", /does not speak HTTP/],
  ];
  for (const [code, message] of cases) assert.match(words(code), message, code);
});

test("an error that is not known is told as it is", () => {
  assert.equal(words("EWHATEVER"), "raw");
  assert.equal(connectionFailure(Object.assign(new Error(""), { code: "EWHATEVER" }), target), "EWHATEVER");
  assert.equal(connectionFailure("text", target), "text");
});

test("of several addresses the first one's error is told", () => {
  const errors = ["ECONNREFUSED", "ENETUNREACH"].map((code) => Object.assign(new Error(code), { code }));
  assert.match(connectionFailure(new AggregateError(errors), target), /was refused/);
});
