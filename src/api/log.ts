/** What the API writes about its own work. Fields never hold bodies or headers: there may be secrets in them. */
export interface RequestLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
