import { randomBytes } from "node:crypto";

let lastTime = 0;
let counter = 0;

/** A time-ordered UUID (RFC 9562, version 7), increasing within a process: the twelve bits behind the time count within a millisecond. */
export function uuidV7(): string {
  const now = Date.now();
  if (now > lastTime) [lastTime, counter] = [now, 0];
  else if (counter === 0xfff) [lastTime, counter] = [lastTime + 1, 0];
  else counter += 1;
  const random = randomBytes(8);
  random[0] = ((random[0] ?? 0) & 0x3f) | 0x80;
  const time = lastTime.toString(16).padStart(12, "0");
  const rest = random.toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}
