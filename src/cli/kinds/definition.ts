import type { Definition } from '../../api/contract/registry-schemas.ts';
import type { ListKind } from '../list/column.ts';

/** Definitions. */
export const definitionKind: ListKind<Definition> = {
  columns: [
    { name: 'ID', cell: ({ id }) => id },
    { name: 'IMAGE NAME', cell: ({ image }) => image?.name ?? '' },
    { name: 'REPO URL', cell: ({ repository }) => repository?.url ?? '' },
    { name: 'REPO BUILD CONTEXT', cell: ({ repository }) => repository?.buildContext ?? '' },
    { name: 'REPO CONTAINER FILE', cell: ({ repository }) => repository?.containerFile ?? '' },
    {
      name: 'INTERNAL PORT',
      cell: ({ image, repository }) => String((image ?? repository)?.internalPorts[0] ?? ''),
      value: ({ image, repository }) => (image ?? repository)?.internalPorts[0],
    },
    { name: 'REPO VERSION', wide: true, cell: ({ repository }) => repository?.version ?? '' },
    { name: 'PORTS', wide: true, cell: portsText },
    { name: 'ENVARS', wide: true, cell: ({ envars = [] }) => envars.map(({ key }) => key).join(',') },
    { name: 'API SPECS', wide: true, cell: ({ apiSpecs = [] }) => apiSpecs.map(({ url = '' }) => url).join(',') },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No definitions yet. Save one with: oo definition save ./my-service-def.yaml',
};

/** `8080, 18443->8443`: each port inside, behind the one of the host where that is fixed. */
function portsText({ image, repository, ports = [] }: Definition): string {
  const fixed = new Map(ports.map(({ internal, host }) => [internal, host]));
  const inside = new Set([...((image ?? repository)?.internalPorts ?? []), ...fixed.keys()]);
  return [...inside].map((port) => (fixed.has(port) ? `${fixed.get(port)}->${port}` : String(port))).join(', ');
}
