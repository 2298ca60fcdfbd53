import { readFile } from 'node:fs/promises';

import type { GitServer } from './git-server.ts';

/** Serves index.html on 8080, and ends at once when it is told to. */
const ENTRYPOINT = `trap 'kill $server; exit 0' TERM
/bin/busybox httpd -f -p 8080 -h /www &
server=$!
wait $server
`;

/** A container file that needs no network: everything it needs is in the repository. */
export const CONTAINER_FILE = `FROM scratch
COPY busybox /bin/busybox
COPY entrypoint /bin/entrypoint
COPY index.html /www/index.html
ENTRYPOINT ["/bin/busybox", "sh", "/bin/entrypoint"]
`;

/** Fills the repository with a web server that answers with this version. Returns the commit. */
export async function commitWebServer(repository: GitServer, version: string): Promise<string> {
  const busybox = await readFile('/bin/busybox');
  await repository.commit({ Dockerfile: CONTAINER_FILE, entrypoint: ENTRYPOINT, 'index.html': version, busybox });
  // The work tree's own modes are not looked at from here on.
  await repository.git('config', 'core.fileMode', 'false');
  await repository.git('update-index', '--chmod=+x', 'busybox');
  await repository.git('commit', '--quiet', '--message=executable');
  return repository.git('rev-parse', 'HEAD');
}
