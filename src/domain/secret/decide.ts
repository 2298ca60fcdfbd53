import { InvalidInput } from '../problem.ts';
import { isSame } from '../same.ts';
import type { SecretAccess } from './events.ts';
import type { SecretEvent, SecretState } from './evolve.ts';
import type { SecretSave } from './parse.ts';

/** Who asks. An administrator may do everything. */
export interface Asker {
  readonly slug: string;
  readonly admin: boolean;
  /** May create secrets under any name. */
  readonly anyName?: boolean;
  /** May create the secret of that name, and change its value: what a permit for single secrets gives. */
  readonly maySave?: (name: string) => boolean;
}

/** What a save leads to. `version`: the one under which the value has to be stored, absent when it stays the same. */
export type SaveDecision =
  | { readonly events: readonly SecretEvent[]; readonly version?: number }
  | { readonly refused: string };

const LISTS = ['readers', 'writers', 'deleters', 'canChangeReaders', 'canChangeWriters', 'canChangeDeleters'] as const;
type List = (typeof LISTS)[number];

/** The list that says who may change a list. */
const GUARDS: Readonly<Record<List, List>> = {
  readers: 'canChangeReaders',
  writers: 'canChangeWriters',
  deleters: 'canChangeDeleters',
  canChangeReaders: 'canChangeReaders',
  canChangeWriters: 'canChangeWriters',
  canChangeDeleters: 'canChangeDeleters',
};

/**
 * A save that changes nothing is no event. `fingerprintOf`: that of the value under a version. Throws InvalidInput when a
 * new secret comes without a value.
 */
export function decideSaveSecret(
  state: SecretState | undefined,
  save: SecretSave,
  asker: Asker,
  fingerprintOf: (version: number) => string,
): SaveDecision {
  const before = state?.removed === false ? state : undefined;
  const refused = before === undefined ? creationRefused(save, asker) : changeRefused(before, save, asker);
  if (refused !== undefined) return { refused };
  const access = before === undefined ? firstAccess(save, asker) : { ...before.access, ...save.access };
  const same =
    before !== undefined && (save.value === undefined || fingerprintOf(before.version) === before.fingerprint);
  if (same && isSame(access, before.access)) return { events: [] };
  if (!same && save.value === undefined) {
    throw new InvalidInput([{ field: 'value', message: `is required: the secret ${save.name} is new` }]);
  }
  const version = same ? before.version : (state?.version ?? 0) + 1;
  const fingerprint = same ? before.fingerprint : fingerprintOf(version);
  const data = { app: save.app, name: save.name, fingerprint, version, access };
  return { events: [{ type: 'SecretSaved', data }], ...(same ? {} : { version }) };
}

/** What does not exist, or is not the asker's to remove, is passed over. */
export function decideRemoveSecret(state: SecretState | undefined, asker: Asker): readonly SecretEvent[] {
  if (state === undefined || state.removed || !holds(state, 'deleters', asker)) return [];
  return [{ type: 'SecretRemoved', data: { app: state.app, name: state.name } }];
}

/** Whether the asker may read the value. */
export function mayRead(state: SecretState, asker: Asker): boolean {
  return !state.removed && isReader(state, asker);
}

/** Whether the asker may read what the secret was, which is everything but its value: also of one that is removed by now. */
export function isReader(state: SecretState, asker: Asker): boolean {
  return holds(state, 'readers', asker);
}

function holds({ access }: Pick<SecretState, 'access'>, list: List, { slug, admin }: Asker): boolean {
  return admin || access[list]?.includes(slug) === true;
}

/** Names of others' secrets must not be taken: whoever is no administrator prefixes them with their own. */
function creationRefused({ name }: SecretSave, { slug, admin, anyName, maySave }: Asker): string | undefined {
  const own = name.startsWith(slug) && /^[-_.]/.test(name.slice(slug.length));
  if (admin || own || anyName === true || maySave?.(name) === true) return undefined;
  return `${slug} may only create secrets whose name starts with "${slug}-", not ${name}`;
}

function changeRefused(before: SecretState, { name, access }: SecretSave, asker: Asker): string | undefined {
  if (!holds(before, 'writers', asker) && asker.maySave?.(name) !== true)
    return `${asker.slug} is no writer of the secret ${name}`;
  const changed = LISTS.filter((list) => access[list] !== undefined && !isSame(access[list], before.access[list]));
  const forbidden = changed.find((list) => !holds(before, GUARDS[list], asker));
  return forbidden && `${asker.slug} may not change ${forbidden} of the secret ${name}`;
}

function firstAccess({ access }: SecretSave, { slug, admin }: Asker): SecretAccess {
  if (admin) return access;
  return { ...Object.fromEntries(LISTS.map((list) => [list, [slug]])), ...access };
}
