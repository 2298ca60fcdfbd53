import type { Writable } from 'node:stream';

import { createLogger as winston, format, transports } from 'winston';

import { ambient } from './ambient.ts';

/** Fields that stand beside a message; names are stable. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields on every line. */
  with(fields: LogFields): Logger;
}

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One JSON object per line, on stderr: stdout belongs to the answers of commands. `to`: elsewhere. */
export function createLogger(level: LogLevel | 'silent', fields: LogFields = {}, to?: Writable): Logger {
  const sink = winston({
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    defaultMeta: fields,
    format: format.combine(withAmbient(), format.timestamp(), format.json()),
    transports: [
      to === undefined
        ? new transports.Console({ stderrLevels: [...LOG_LEVELS] })
        : new transports.Stream({ stream: to }),
    ],
  });
  const debugs = level === 'debug';
  const wrap = (log: typeof sink): Logger => ({
    // There are many of them, and mostly nobody wants them: a line that is dropped at its end has cost as much as one that is kept.
    debug: (message, extra) => void (debugs && log.debug(message, extra)),
    info: (message, extra) => void log.info(message, extra),
    warn: (message, extra) => void log.warn(message, extra),
    error: (message, extra) => void log.error(message, extra),
    with: (extra) => wrap(log.child(extra)),
  });
  return wrap(sink);
}

/** Every line tells what the work belongs to; what the line says itself wins. */
const withAmbient = format((line) => Object.assign(line, { ...ambient().fields, ...line }));
