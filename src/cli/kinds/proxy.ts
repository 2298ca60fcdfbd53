import type { Cert, ProxyRoute } from '../../api/contract/proxy.ts';
import type { ListKind } from '../list/column.ts';

export const NO_CERTS = 'No certificates: the server ends no TLS.';

/** Routes. */
export const routeKind: ListKind<ProxyRoute> = {
  columns: [
    { name: 'ROUTE ID', cell: ({ id }) => id },
    { name: 'TARGET', cell: ({ target }) => target },
    { name: 'CREATED AT', wide: true, cell: ({ createdAt }) => createdAt },
    { name: 'UPDATED AT', wide: true, cell: ({ updatedAt }) => updatedAt },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No routes. Save one with: oo route save ./routes.yaml',
};

/** Certificates. */
export const certKind: ListKind<Cert> = {
  columns: [
    { name: 'CERT ID', cell: ({ id }) => id },
    { name: 'CREATED AT', cell: ({ createdAt }) => createdAt },
    { name: 'UPDATED AT', cell: ({ updatedAt }) => updatedAt },
    { name: 'COMMON NAME', cell: ({ commonName }) => commonName ?? '' },
    { name: 'ISSUER', cell: ({ issuer }) => issuer ?? '' },
    { name: 'NOT BEFORE', cell: ({ notBefore }) => notBefore ?? '' },
    { name: 'NOT AFTER', cell: ({ notAfter }) => notAfter ?? '' },
    { name: 'SERIAL', cell: ({ serialNumber }) => serialNumber ?? '' },
  ],
  id: ({ id }) => id,
  whenEmpty: NO_CERTS,
};
