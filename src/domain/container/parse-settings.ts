import { shown, type Input } from '../input.ts';
import { suggestion } from '../nearest.ts';
import { pathProblem } from './host-path.ts';
import { SECURITY_PROFILES, type ContainerSettings, type Network, type Security, type Volume } from './settings.ts';

/** What Docker takes for the name of a volume. */
const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{1,254}$/;
const NETWORK_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** With fewer not even a shell can start another program. */
const PIDS = { min: 8, max: 4_194_304 };
/** Mounting over these would take the container's own system away. */
const SYSTEM_TARGETS: readonly string[] = ['/', '/proc', '/sys', '/dev'];

/** Volumes, network and security of a definition or a deployment. */
export function containerSettingsOf(input: Input): ContainerSettings {
  return {
    volumes: volumesOf(input),
    network: networkOf(input.object('network')),
    security: securityOf(input.object('security')),
  };
}

function volumesOf(input: Input): Volume[] | undefined {
  const targets = new Set<string>();
  return input.list('volumes', (entry) => {
    const source = entry.requiredText('source', 'the name of a volume, or an absolute path of the node');
    const target = entry.requiredText('target', 'an absolute path in the container: /data');
    judgeSource(entry, source);
    judgeTarget(entry, target, targets);
    const readOnly = booleanOf(entry, 'readOnly');
    return { source, target, ...(readOnly === undefined ? {} : { readOnly }) };
  });
}

function judgeSource(entry: Input, source: string): void {
  if (source === '') return;
  if (source.startsWith('/')) {
    const problem = pathProblem(source);
    if (problem !== undefined) entry.problem('source', `${shown(source)} ${problem}`);
  } else if (!VOLUME_NAME.test(source)) {
    const hint = 'a name of letters, digits, "_", "." and "-", at least 2 long, or an absolute path';
    entry.problem('source', `${shown(source)} is neither the name of a volume nor an absolute path`, hint);
  }
}

/** Notes what is wrong with a path to mount at; `targets` gains it. */
export function judgeTarget(entry: Input, target: string, targets: Set<string>, field = 'target'): void {
  if (target === '') return;
  const problem = target.startsWith('/') ? pathProblem(target) : 'is not absolute';
  if (problem !== undefined) entry.problem(field, `${shown(target)} ${problem}`, 'an absolute path: /data');
  else if (SYSTEM_TARGETS.some((path) => target === path || (path !== '/' && target.startsWith(`${path}/`)))) {
    entry.problem(field, `${target} belongs to the system of the container`, 'a path of your own: /data');
  }
  if (targets.has(target)) entry.problem(field, `${target} is mounted twice`);
  targets.add(target);
}

function networkOf(input: Input | undefined): Network | undefined {
  if (input === undefined) return undefined;
  const mode = input.requiredText('mode', 'bridge, host, none, or the name of a network of the node');
  if (mode !== '' && !NETWORK_NAME.test(mode)) {
    input.problem('mode', `${shown(mode)} is no network`, 'bridge, host, none, or the name of a network of the node');
  }
  return { mode };
}

function securityOf(input: Input | undefined): Security | undefined {
  if (input === undefined) return undefined;
  const given = input.text('profile');
  const profile = SECURITY_PROFILES.find((known) => known === given);
  if (given !== undefined && profile === undefined) {
    input.problem('profile', `${shown(given)} is no security profile`, suggestion(given, SECURITY_PROFILES));
  }
  return { profile, pidsLimit: input.integer('pidsLimit', PIDS) };
}

/** True or false as it stands; a problem is noted for anything else. */
export function booleanOf(input: Input, field: string): boolean | undefined {
  const given = input.raw(field);
  if (given === undefined || typeof given === 'boolean') return given;
  input.problem(field, `must be true or false, not ${shown(given)}`);
  return undefined;
}
