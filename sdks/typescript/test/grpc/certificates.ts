import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "./support";

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export interface Certificate {
  certificateFile: string;
  keyFile: string;
  cert: Buffer;
  key: Buffer;
}

/** A certificate authority of the test's own, made with openssl. */
export class Authority {
  private readonly directory = mkdtempSync(join(tmpdir(), "aether-tls-"));
  readonly caFile: string;

  constructor(context: Context, name: string) {
    context.after(() => rmSync(this.directory, { recursive: true }));
    this.caFile = this.path("ca.pem");
    this.openssl("req", "-x509", ...newKey, "-days", "2", "-subj", `/CN=${name}`, "-keyout", this.path("ca.key"), "-out", this.caFile);
  }

  /** A certificate for names like "DNS:localhost,IP:127.0.0.1". */
  sign(name: string, alternativeNames: string): Certificate {
    const certificateFile = this.path(`${name}.pem`);
    const keyFile = this.path(`${name}.key`);
    const request = this.path(`${name}.csr`);
    const extensions = this.path(`${name}.ext`);
    writeFileSync(extensions, `subjectAltName=${alternativeNames}\n`);
    this.openssl("req", ...newKey, "-subj", `/CN=${name}`, "-keyout", keyFile, "-out", request);
    const authority = ["-CA", this.caFile, "-CAkey", this.path("ca.key"), "-CAcreateserial"];
    this.openssl("x509", "-req", "-in", request, ...authority, "-days", "2", "-extfile", extensions, "-out", certificateFile);
    return { certificateFile, keyFile, cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  }

  private path(name: string): string {
    return join(this.directory, name);
  }

  private openssl(...flags: string[]): void {
    execFileSync("openssl", flags, { stdio: ["ignore", "ignore", "pipe"] });
  }
}
