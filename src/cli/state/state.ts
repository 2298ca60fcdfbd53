/** What the command line remembers between calls: where servers are and who one is there. */
export interface State {
  readonly selectedEnvironment: string;
  readonly environments: Readonly<Record<string, Environment>>;
}

/** One server. */
export interface Environment {
  readonly url: string;
  readonly shortName: string;
  readonly description?: string;
  readonly selectedUser?: string;
  readonly users?: Readonly<Record<string, User>>;
}

/** One account on that server, with one token for each app in which it logged in. */
export interface User {
  readonly slug: string;
  readonly selectedAppHost: string;
  readonly tokensByAppHost: Readonly<Record<string, string>>;
}

/** The app that one is in when nobody names another. */
export const DEFAULT_APP_HOST = 'unnamed';

/** The state before the first use: one environment, on this machine. */
export const INITIAL_STATE: State = {
  selectedEnvironment: 'local',
  environments: { local: { url: 'http://127.0.0.1:11337', shortName: 'local' } },
};

/** With the environment added or its URL and description replaced, and selected. Keeps its users. */
export function withEnvironment(state: State, name: string, url: string, description: string | undefined): State {
  const before = state.environments[name];
  const environment = { ...before, url, shortName: name, ...(description === undefined ? {} : { description }) };
  return { selectedEnvironment: name, environments: { ...state.environments, [name]: environment } };
}

/** Without the environment; when it was the selected one, none is selected. */
export function withoutEnvironment(state: State, name: string): State {
  const { [name]: _, ...environments } = state.environments;
  return { selectedEnvironment: state.selectedEnvironment === name ? '' : state.selectedEnvironment, environments };
}

/** With a token of the user for the app in that environment; the user and the app become the selected ones. */
export function withToken(state: State, name: string, login: { slug: string; appHost: string; token: string }): State {
  const environment = state.environments[name];
  if (environment === undefined) return state;
  const user: User = {
    slug: login.slug,
    selectedAppHost: login.appHost,
    tokensByAppHost: { ...environment.users?.[login.slug]?.tokensByAppHost, [login.appHost]: login.token },
  };
  const changed = { ...environment, selectedUser: login.slug, users: { ...environment.users, [login.slug]: user } };
  return { ...state, environments: { ...state.environments, [name]: changed } };
}

/** With that user of the environment as the one that commands act as. */
export function withSelectedUser(state: State, name: string, slug: string): State {
  const environment = state.environments[name];
  if (environment === undefined) return state;
  return { ...state, environments: { ...state.environments, [name]: { ...environment, selectedUser: slug } } };
}
