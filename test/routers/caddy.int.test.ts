import { routerConformance } from '../routing/conformance.ts';
import { openCaddy } from './caddy.ts';

routerConformance({
  kind: 'caddy',
  open: () => openCaddy(),
  lacks: {
    'both ways at once': 'Caddy reads an HTTP/1 body to its end before it answers, up to 2.6',
    'sockets outlive changes': 'Caddy closes WebSockets with each change of its configuration, up to 2.6',
  },
});
