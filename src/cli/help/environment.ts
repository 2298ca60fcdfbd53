/** The environment variables that the command line looks at. Which server is used is no such variable: see `oo env`. */
export const ENVIRONMENT: readonly { readonly name: string; readonly meaning: string }[] = [
  { name: 'HOME', meaning: 'servers and tokens are kept in ~/.1backend/cliConfig.yaml' },
  { name: 'NO_COLOR', meaning: 'any value: no colours' },
  { name: 'FORCE_COLOR', meaning: 'colours also where no terminal is; 0 or false: none' },
  { name: 'TERM', meaning: 'dumb: no colours' },
  { name: 'DOCKER_HOST', meaning: 'the engine that oo doctor looks for on this machine' },
  { name: 'NODE_EXTRA_CA_CERTS', meaning: 'a file of certificates to trust, for a server with a private one' },
  { name: 'NODE_COMPILE_CACHE', meaning: 'where compiled code is kept (XDG_CACHE_HOME/oo/compile)' },
  { name: 'XDG_CACHE_HOME', meaning: 'the folder of caches (~/.cache)' },
];
