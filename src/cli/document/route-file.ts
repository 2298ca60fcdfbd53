import { type ProxyRouteInput, proxyRouteInput } from '../../api/contract/proxy.ts';
import { routeOf } from '../../domain/route/parse.ts';
import { kindOf } from './grant-files.ts';
import type { DocumentKind } from './load.ts';

/** Route files: a host or a host and a path, and where its requests go to. */
export const routeFile: DocumentKind<ProxyRouteInput> = kindOf(proxyRouteInput, routeOf);
