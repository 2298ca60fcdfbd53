import type { ReplicaFailure } from '../domain/replica/events.ts';

/** What is shorter is in every other word; such a value is no secret. */
const LEAST = 4;
/** A value that was cut off at the end of a line is known by so much of its beginning. */
const LEAST_PREFIX = 6;

/** A secret that a container was given. */
export interface Known {
  readonly name: string;
  readonly value: string;
}

/**
 * What a container says goes into the log, and it may say what it was given, as in "cannot connect to postgres://u:pw@h".
 * Values are replaced by their references: as they are, as part of a URL, of JSON or of a line of their own, and where the
 * line was cut off. What a container has changed otherwise (base64, reversed) is not recognised.
 */
export function redacted(failure: ReplicaFailure, secrets: readonly Known[]): ReplicaFailure {
  const clean = cleaner(secrets);
  const { message, lastLogs } = failure;
  return { ...failure, message: clean(message), ...(lastLogs === undefined ? {} : { lastLogs: lastLogs.map(clean) }) };
}

/** Replaces values in any text, as `redacted` does. `whole`: no text was cut off, so that none ends within a value. */
export function cleaner(secrets: readonly Known[], { whole = false } = {}): (text: string) => string {
  const needles = secrets.flatMap(needlesOf).toSorted((a, b) => b.value.length - a.value.length);
  if (needles.length === 0) return (text) => text;
  return (text) => {
    const replaced = needles.reduce(replace, text);
    return whole ? replaced : withoutPrefix(replaced, needles);
  };
}

function needlesOf({ name, value }: Known): readonly Known[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const forms = [value, ...lines, encodeURIComponent(value), encodeURI(value), JSON.stringify(value).slice(1, -1)];
  return [...new Set(forms)].filter((form) => form.length >= LEAST).map((form) => ({ name, value: form }));
}

function replace(text: string, { name, value }: Known): string {
  return text.replaceAll(value, () => `{{secret:${name}}}`);
}

function withoutPrefix(text: string, needles: readonly Known[]): string {
  for (const { name, value } of needles) {
    for (let length = Math.min(value.length - 1, text.length); length >= LEAST_PREFIX; length -= 1) {
      if (text.endsWith(value.slice(0, length))) return `${text.slice(0, -length)}{{secret:${name}}}`;
    }
  }
  return text;
}
