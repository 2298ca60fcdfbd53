import { inputOf, type Input, shown } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';

/** A route as somebody asks for it. */
export interface RouteSave {
  readonly id: string;
  readonly target: string;
}

/** Routes in one save at most. */
const MOST = 1000;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*(?::[1-9]\\d{0,4})?$`);
const PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*$/;
const ID_FORM = 'a host, or a host and a path: shop.example, shop.example/admin';
const TARGET_FORM = 'target: "http://10.0.0.7:8080"';

/** The routes of one save: `{"routes": [..]}`. Throws InvalidInput with every problem at once. */
export function parseRoutes(value: unknown): readonly RouteSave[] {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const routes = input.list('routes', routeOf) ?? [];
  if (routes.length === 0 && problems.length === 0) {
    input.problem(
      'routes',
      'is missing or empty',
      '{"routes": [{"id": "shop.example", "target": "http://10.0.0.7:8080"}]}',
    );
  }
  if (routes.length > MOST) input.problem('routes', `has ${routes.length} entries, and ${MOST} are the most`);
  const ids = routes.map(({ id }) => id);
  const twice = ids.find((id, index) => id !== '' && ids.indexOf(id) !== index);
  if (twice !== undefined) input.problem('routes', `lists ${twice} twice`);
  if (problems.length > 0) throw new InvalidInput(problems);
  return routes;
}

/** One route. Problems are noted where they are. */
export function routeOf(input: Input): RouteSave {
  const id = input.requiredText('id', ID_FORM);
  const wrongId = id === '' ? undefined : wrongInId(id);
  if (wrongId !== undefined) input.problem('id', ...wrongId);
  const target = input.requiredText('target', TARGET_FORM);
  const wrongTarget = target === '' ? undefined : wrongInTarget(target);
  if (wrongTarget !== undefined) input.problem('target', ...wrongTarget);
  return { id, target };
}

function wrongInId(id: string): [message: string, hint: string] | undefined {
  if (id.length > 512) return [`has ${id.length} characters, and 512 are the most`, ID_FORM];
  if (/^[a-z]+:\/\//i.test(id))
    return [`${shown(id)} begins with a scheme`, `without it: ${id.replace(/^[a-z]+:\/\//i, '')}`];
  const slash = id.indexOf('/');
  const [host, path] = slash < 0 ? [id, ''] : [id.slice(0, slash), id.slice(slash)];
  if (path.endsWith('/')) return [`${shown(id)} ends with a slash`, `without it: ${id.replace(/\/+$/, '')}`];
  if (!HOST.test(host) && HOST.test(host.toLowerCase())) {
    return [`${shown(id)} has upper-case letters in its host`, `nearest: ${host.toLowerCase()}${path}`];
  }
  return HOST.test(host) && PATH.test(path)
    ? undefined
    : [`${shown(id)} is neither a host nor a host and a path`, ID_FORM];
}

function wrongInTarget(target: string): [message: string, hint: string] | undefined {
  if (target.length > 2048) return [`has ${target.length} characters, and 2048 are the most`, TARGET_FORM];
  const url = urlOf(target);
  if (url === undefined) return [`${shown(target)} is no URL`, TARGET_FORM];
  // Routes are read by many; whatever guards the target has to go into a secret.
  if (url.username !== '' || url.password !== '') return ['holds a user or a password', 'leave them out'];
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return [`${shown(target)} is neither http nor https`, TARGET_FORM];
  }
  return url.search === '' && url.hash === '' ? undefined : [`${shown(target)} has a query or a fragment`, TARGET_FORM];
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
