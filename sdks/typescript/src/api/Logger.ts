/** Where this SDK says what it has to say: `console` fits, and so do the usual logging libraries. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Warnings and errors, on standard error. */
export const standardErrorLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => console.error(`aether: ${message}`),
  error: (message) => console.error(`aether: ${message}`),
};

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
