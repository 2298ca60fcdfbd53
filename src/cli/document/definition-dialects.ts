import { type Entry, entryOf, type List, type Mapping, type Position, type Scalar, type Tree } from './tree.ts';

/**
 * Brings the older spellings of a definition into today's:
 * `hostPort: 8887` beside `image: {port: 8080}`, `ports: {"8887": 8080}` (host to internal) and `repository.ports` become
 * `ports: [{internal, host}]` and `internalPorts: [..]`. Every value keeps the place where it was written.
 */
export function normaliseDefinition(tree: Tree): Tree {
  if (tree.kind !== 'mapping') return tree;
  const hostPort = entryOf(tree, 'hostPort');
  const written = entryOf(tree, 'ports');
  const source = entryOf(tree, 'image') ?? entryOf(tree, 'repository');
  const internal = source && firstInternal(source.value);
  const mappings = [...mappingsOf(written?.value), ...(hostPort ? [mapping(hostPort, internal)] : [])];
  const unreadable = written !== undefined && written.value.kind === 'scalar' ? [written] : [];
  const at = written ?? hostPort;
  const ports: Entry[] = at && unreadable.length === 0 ? [listEntry('ports', at.keyAt, mappings)] : unreadable;
  const rest = tree.entries.filter(({ key }) => key !== 'hostPort' && key !== 'ports');
  return {
    ...tree,
    entries: [...rest.map(withInternalPorts), ...ports],
  };
}

/** The first port that the image or repository says that it listens on, in any spelling. */
function firstInternal(source: Tree): Tree | undefined {
  const port = entryOf(source, 'port')?.value;
  const list = entryOf(source, 'internalPorts')?.value ?? entryOf(source, 'ports')?.value;
  return port ?? (list?.kind === 'list' ? list.items[0] : undefined);
}

function mapping(hostPort: Entry, internal: Tree | undefined): Mapping {
  const entries: Entry[] = [{ key: 'host', keyAt: hostPort.keyAt, value: hostPort.value }];
  if (internal !== undefined) entries.unshift({ key: 'internal', keyAt: internal.at, value: internal });
  return { kind: 'mapping', at: hostPort.keyAt, entries };
}

function mappingsOf(ports: Tree | undefined): readonly Tree[] {
  if (ports?.kind === 'list') return ports.items;
  if (ports?.kind !== 'mapping') return [];
  return ports.entries.map(({ key, keyAt, value }) => {
    const host: Scalar = { kind: 'scalar', value: /^\d+$/.test(key) ? Number(key) : key, text: key, at: keyAt };
    return mapping({ key: 'host', keyAt, value: host }, value);
  });
}

function withInternalPorts(entry: Entry): Entry {
  if ((entry.key !== 'image' && entry.key !== 'repository') || entry.value.kind !== 'mapping') return entry;
  const { value: source } = entry;
  const older = entryOf(source, 'port') ?? (entry.key === 'repository' ? entryOf(source, 'ports') : undefined);
  if (older === undefined || entryOf(source, 'internalPorts') !== undefined) return entry;
  const ports = listEntry('internalPorts', older.keyAt, listed(older.value));
  return { ...entry, value: { ...source, entries: [...source.entries.filter((one) => one !== older), ports] } };
}

function listed(value: Tree): readonly Tree[] {
  return value.kind === 'list' ? value.items : [value];
}

function listEntry(key: string, at: Position, items: readonly Tree[]): Entry {
  const value: List = { kind: 'list', at, items };
  return { key, keyAt: at, value };
}
