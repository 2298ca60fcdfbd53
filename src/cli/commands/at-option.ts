import { Option } from 'commander';

/** `--at`: as of a moment of the log. */
export function atOption(): Option {
  return new Option('--at <moment>', 'as it was: 10m (ago), 2026-11-23T03:12:00Z, a position, or the id of an event');
}
