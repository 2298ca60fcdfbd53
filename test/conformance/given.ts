import { randomUUID } from 'node:crypto';

import { ignoreAbsent, docker } from '../engine/docker-harness.ts';
import { ADMIN } from '../support/api.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { buildWebImage } from '../support/images.ts';
import { testService, type TestService } from '../support/service.ts';
import { type Client, openClient } from './client.ts';

/** The whole product on this machine's engine, with a published client of each version and a repository. */
export interface Given extends AsyncDisposable {
  readonly product: TestService;
  readonly repository: GitServer;
  readonly image: string;
  readonly clients: { readonly '0.9': Client<'0.9'>; readonly '0.3': Client<'0.3'> };
  /** Of the administrator. */
  readonly token: string;
  /** Unlike any other of this machine; a container or image of that name is removed at the end. */
  name(): string;
}

const IMAGE = 'deploy-svc-test/conformance:1';

/** The clients carry the administrator's key. */
export async function openGiven(): Promise<Given> {
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await testService());
  const repository = stack.use(await startGitServer());
  await buildWebImage(product.engine, IMAGE, 'conformance');
  const [current, former] = [await openClient('0.9', product.url), await openClient('0.3', product.url)];
  const body = { ...ADMIN, appHost: 'unnamed', device: 'conformance' };
  const { token } = await current.call<{ token: { token: string } }>('UserSvcApi.login', { body });
  const key = `Bearer ${token.token}`;
  const names: string[] = [];
  stack.defer(async () => {
    await Promise.all(names.map((name) => ignoreAbsent(docker.getContainer(name).remove({ force: true }))));
    await Promise.all(names.map((name) => ignoreAbsent(docker.getImage(name).remove({ force: true }))));
  });
  const whole = stack.move();
  return {
    product,
    repository,
    image: IMAGE,
    clients: { '0.9': current.with(key), '0.3': former.with(key) },
    token: token.token,
    name() {
      const name = `conformance-${randomUUID().slice(0, 13)}`;
      names.push(name);
      return name;
    },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}
