import { routerConformance } from '../routing/conformance.ts';
import { openHaproxy } from './haproxy.ts';

routerConformance({ kind: 'haproxy', open: () => openHaproxy() });
