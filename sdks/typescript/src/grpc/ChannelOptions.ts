/** Where the server is, and how it is talked to. */
export interface ChannelOptions {
  /** `http://host:port` or `https://host:port`; the port is 7233 when it is left out. */
  url: string;
  /** Sent with every call, over TLS and to this machine only. */
  token?: string | undefined;
  /** Sends the token in plain text to other machines too. */
  allowsPlaintextToken?: boolean | undefined;
  tls?: TlsFiles | undefined;
  /** How long making the connection may take, in milliseconds; 10,000 by default. */
  connectTimeout?: number | undefined;
  userAgent?: string | undefined;
  keepalive?: KeepaliveOptions | undefined;
}

/** Files in PEM, read anew for each connection. */
export interface TlsFiles {
  /** The authorities to trust instead of the system's. */
  caFile?: string | undefined;
  /** What this side shows to a server that asks for a certificate; with `keyFile`. */
  certificateFile?: string | undefined;
  keyFile?: string | undefined;
}

/** When a connection with calls under way is asked whether it is still there. */
export interface KeepaliveOptions {
  /** Milliseconds between two PINGs; 10,000 by default. */
  interval: number;
  /** Milliseconds to wait for the answer; 15,000 by default. */
  timeout: number;
}
