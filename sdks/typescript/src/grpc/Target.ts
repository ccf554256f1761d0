const defaultPort = 7233;

/** A server's address, taken apart. */
export interface Target {
  url: string;
  isSecure: boolean;
  /** A name or an IP address, IPv6 without brackets. */
  host: string;
  port: number;
  /** What a request has as :authority. */
  authority: string;
}

/** Reads a server's URL. Throws an `Error` when it is not one. */
export function parseTarget(text: string): Target {
  const url = parse(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw unusable(text, `"${url.protocol}" is not http: or https:`);
  if (url.username !== "" || url.password !== "") throw unusable(text, "it has a user name; a token is an option of its own");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw unusable(text, "it has more than a host and a port");
  const isSecure = url.protocol === "https:";
  const port = portOf(url, text, isSecure);
  const authority = `${url.hostname}:${port}`;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return { url: `${url.protocol}//${authority}`, isSecure, host, port, authority };
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw unusable(text, "it is not a URL");
  }
}

/** A URL forgets a port that is the default of its scheme, which is not the default here. */
function portOf(url: URL, text: string, isSecure: boolean): number {
  if (url.port === "0") throw unusable(text, "nothing is at port 0");
  if (url.port !== "") return Number(url.port);
  if (!/:\d+\/?\s*$/.test(text)) return defaultPort;
  return isSecure ? 443 : 80;
}

function unusable(text: string, reason: string): Error {
  return new Error(`the server's URL "${text}" can't be used: ${reason}; write it like http://127.0.0.1:${defaultPort}`);
}
