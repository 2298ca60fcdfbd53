import type { RecordedEvent } from '../event.ts';

/** What one event says, and where in the log it stands. */
export interface Sentence {
  readonly position: number;
  readonly eventId: string;
  readonly at: Date;
  readonly type: RecordedEvent['type'];
  readonly actor: string;
  readonly text: string;
}

/** What is known beside the event itself. */
export interface Beside {
  /** The event of the same type before it in its stream, where there is one: what it changed. */
  readonly previous?: RecordedEvent | undefined;
  /** Milliseconds since the event before it in its stream, where that is known. */
  readonly sinceMs?: number | undefined;
}

/** `user/ada` -> `ada`, `worker/0198c7aa-…` -> `worker 0198c7aa`. */
export function whoOf(actor: string): string {
  const [kind = '', name = ''] = actor.split('/');
  if (kind === 'user') return name;
  return kind === 'worker' ? `worker ${name.slice(0, SHOWN)}` : actor;
}

const SHOWN = 8;

/** ` after 1.2 s`; empty where it is not known. */
export function afterText(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : ` after ${secondsText(milliseconds)}`;
}

/** `0.4 s`, `75 s`. */
export function secondsText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1_000;
  return `${seconds < 60 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** `: "words"`; empty where nobody said anything. */
export function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${reason}`;
}
