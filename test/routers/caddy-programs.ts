import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface CaddyProgram {
  readonly path: string;
  /** `2.6.2` */
  readonly version: string;
  /** 2.7 or later. */
  readonly modern: boolean;
}

const STATE = process.env['DEPLOY_SVC_STATE_DIR'] ?? '/var/lib/deploy-svc';
const FETCHED = join(STATE, 'caddy/usr/bin/caddy');

/** The one of the path, and the one that scripts/caddy.sh has fetched where that is older than 2.7; the newest comes first. */
export function caddyPrograms(): readonly [CaddyProgram, ...CaddyProgram[]] {
  const [newest, ...others] = ['caddy', ...(existsSync(FETCHED) ? [FETCHED] : [])].map(programAt).toReversed();
  if (newest?.modern !== true) throw new Error('no Caddy of 2.7 or later is here: run scripts/caddy.sh --yes');
  return [newest, ...others];
}

function programAt(path: string): CaddyProgram {
  const said = execFileSync(path, ['version'], { encoding: 'utf8' });
  const [, version = '', major, minor] = /^v?((\d+)\.(\d+)\S*)/.exec(said) ?? [];
  return { path, version, modern: Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 7) };
}
