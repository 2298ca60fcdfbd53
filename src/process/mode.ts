import { parseArgs } from 'node:util';

import type { ArchiveAction } from './archive/command.ts';

export const HELP = `deploy-svc: deploys services to Docker hosts and records every decision in PostgreSQL

Usage:
  deploy-svc                       start the roles of ROLES (api and worker)
  deploy-svc --simulate N          the same with N simulated nodes in this process, no Docker needed
  deploy-svc projections verify    hold the current rows against a replay of the log; exit 1 when they differ
  deploy-svc projections rebuild   replay the log beside the current rows, compare, and put the replayed ones in place
             --archives DIR        where the files are, when the beginning of the log is archived
  deploy-svc archive create --until POSITION|TIME|AGE --to DIR
                                   move the log up to there to files: verified on the disk before anything leaves the database
  deploy-svc archive restore DIR|FILE [--from POSITION]
                                   put archived events back, so that the log begins at that position or before it; without it all
  deploy-svc archive list          which positions are in which files

Settings come from the environment; .env.example names them all.
`;

/** What the arguments of `deploy-svc` ask for. */
export type Mode =
  | { readonly type: 'help' }
  | { readonly type: 'serve'; readonly simulate: number }
  | { readonly type: 'projections'; readonly action: 'rebuild' | 'verify'; readonly archives: string | undefined }
  | { readonly type: 'archive'; readonly asked: ArchiveAction };

/** Undefined: they are not understood. */
export function modeOf(args: readonly string[]): Mode | undefined {
  const [first, second, ...rest] = args;
  if (first === undefined) return { type: 'serve', simulate: 0 };
  if (first === 'projections' && (second === 'rebuild' || second === 'verify')) {
    const given = optionsOf(rest, ['archives']);
    return given?.words.length === 0 ? { type: 'projections', action: second, archives: given.archives } : undefined;
  }
  if (first === 'archive') {
    const asked = archiveOf(second, rest);
    return asked && { type: 'archive', asked };
  }
  if (rest.length > 0) return undefined;
  if (['--help', '-h', 'help'].includes(first)) return { type: 'help' };
  if (first !== '--simulate') return undefined;
  const simulate = Number(second ?? '3');
  return Number.isSafeInteger(simulate) && simulate > 0 ? { type: 'serve', simulate } : undefined;
}

function archiveOf(action: string | undefined, rest: readonly string[]): ArchiveAction | undefined {
  const given = optionsOf(rest, ['until', 'to', 'from']);
  if (given === undefined) return undefined;
  const { words, until, to, from } = given;
  const [path, ...more] = words;
  if (action === 'list' && rest.length === 0) return { action };
  if (action === 'create' && path === undefined && from === undefined && until !== undefined && to !== undefined)
    return { action, until, directory: to };
  if (action !== 'restore' || path === undefined || more.length > 0 || until !== undefined || to !== undefined)
    return undefined;
  if (from !== undefined && !/^[1-9]\d{0,14}$/.test(from)) return undefined;
  return { action, path, from: from === undefined ? undefined : Number(from) };
}

type Given<Name extends string> = Readonly<Record<Name, string | undefined>> & { readonly words: readonly string[] };

function optionsOf<Name extends string>(args: readonly string[], names: readonly Name[]): Given<Name> | undefined {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const given = Object.fromEntries(names.map((name) => [name, values[name]])) as Record<Name, string | undefined>;
    return { ...given, words: positionals };
  } catch (error) {
    // An option that there is not, or one without its value.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
