import { routerConformance } from '../routing/conformance.ts';
import { openGateway } from './support.ts';

routerConformance({ kind: 'gateway', open: () => openGateway() });
