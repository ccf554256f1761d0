import { parseEnvelope } from "../json/envelope";

/// What the API, or the way to it, refused: what happened, and what to do.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly remedy: string | null,
  ) {
    super(message);
  }
}

export type Query = Record<string, string | number | null | undefined>;

interface Request {
  query?: Query | undefined;
  body?: unknown;
  /// The body as JSON text; for what a user wrote.
  bodyText?: string;
  signal?: AbortSignal | undefined;
}

const base = "/api/v1";

/// The path of a workflow and what belongs to it.
export function workflowPath(id: string, rest = ""): string {
  return `/workflows/${encodeURIComponent(id)}${rest}`;
}

export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return base + path + (text === "" ? "" : `?${text}`);
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return JSON.parse(await send("GET", path, { query, signal })) as T;
}

/// For answers with a user's JSON in them, which is kept as text.
export async function getExact<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return parseEnvelope(await send("GET", path, { query, signal })) as T;
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return JSON.parse(await send("POST", path, { body })) as T;
}

/// Sends a body that was put together as text, so that the digits of a user's numbers arrive.
export async function postText<T>(path: string, bodyText: string): Promise<T> {
  return JSON.parse(await send("POST", path, { bodyText })) as T;
}

export async function remove(path: string): Promise<void> {
  await send("DELETE", path, {});
}

async function send(method: string, path: string, request: Request): Promise<string> {
  const body = request.bodyText ?? (request.body === undefined ? null : JSON.stringify(request.body));
  let response: Response;
  let text: string;
  try {
    response = await fetch(address(path, request.query), {
      method,
      body,
      headers: body === null ? {} : { "content-type": "application/json" },
      signal: request.signal ?? null,
    });
    text = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "UNREACHABLE", "the server does not answer", "see whether aether serve still runs");
  }
  if (!response.ok) throw apiError(response.status, text);
  return text;
}

export function apiError(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; remedy?: string } };
    return new ApiError(status, error.code, error.message, error.remedy ?? null);
  } catch {
    return new ApiError(status, "UNKNOWN", `the server answered with the status ${status}`, null);
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
