/** An exported event as a row of the log; `data` is the text that was hashed. */
export interface ExportedRow {
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  /** RFC 3339. */
  readonly at: string;
}

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
/** The keys of an event are known and in this order; the data between them is taken as it stands. */
const BODY = new RegExp(
  `^\\{"actor":(${STRING}),"at":"([^"]+)",(?:"causationId":(${STRING}),)?"correlationId":(${STRING}),"data":(\\{.*\\}),` +
    `"id":"([0-9a-f-]{36})","schemaVersion":(\\d+),"stream":(${STRING}),"type":(${STRING}),"version":(\\d+)\\}$`,
  's',
);

/** Takes the body of an exported event apart; undefined when it is none. */
export function exportedRow(body: string): ExportedRow | undefined {
  const [, actor, at, cause, correlation, data, id, schema, stream, type, version] = BODY.exec(body) ?? [];
  if (actor === undefined || at === undefined || correlation === undefined || data === undefined) return undefined;
  if (id === undefined || stream === undefined || type === undefined) return undefined;
  return {
    actor: text(actor),
    at,
    causationId: cause === undefined ? undefined : text(cause),
    correlationId: text(correlation),
    data,
    id,
    schemaVersion: Number(schema),
    stream: text(stream),
    type: text(type),
    version: Number(version),
  };
}

function text(json: string): string {
  return String(JSON.parse(json));
}
