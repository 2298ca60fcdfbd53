import { RETRY_AFTER_SECONDS } from '../../routing/retry-after.ts';
import { DEPLOYMENTS_PATH } from '../../routing/frontends.ts';
import { backendName, type HaproxyState } from './desired.ts';
import { endpoint, type MapFiles } from './difference.ts';

/** The ring buffer that HAProxy tells of every request. */
export const EVENTS_RING = 'deploy_svc_events';
const REQUEST_ID = '^[A-Za-z0-9][A-Za-z0-9_.:-]{7,127}$';

export interface ConfigurationOptions {
  readonly files: MapFiles;
  /** Of the runtime API. */
  readonly socket: string;
  /** Where requests come in: `127.0.0.1:11338`. */
  readonly bind: string;
  readonly backends: number;
  /** Addresses and networks whose X-Forwarded-* is believed. */
  readonly trusted: readonly string[];
  /** In milliseconds; 0: without an end. */
  readonly connectMs: number;
  readonly headersMs: number;
  readonly idleMs: number;
  /** Requests under way at most. */
  readonly maxInFlight: number;
}

/**
 * A configuration of HAProxy with all that a state has: it starts, and is loaded again, with what was in force last. It stands beside
 * others (`haproxy -f yours.cfg -f this.cfg`): every name in it begins with `deploy_svc`.
 */
export function configuration(options: ConfigurationOptions, state: HaproxyState): string {
  const own = Map.groupBy(state.servers, ([name]) => name.slice(0, name.indexOf('/')));
  const backends = Array.from({ length: options.backends }, (_, index) => {
    const name = backendName(index);
    const servers = (own.get(name) ?? []).map(([server, each]) => {
      return `  server ${server.slice(name.length + 1)} ${endpoint(each)} weight ${each.weight}`;
    });
    return [`backend ${name} from deploy_svc`, '  balance roundrobin', ...servers].join('\n');
  });
  return `${[head(options), frontend(options), TARGETS, ...backends].join('\n\n')}\n`;
}

/** 24 days, the most that HAProxy takes, for what has no end. */
function ms(duration: number): string {
  return duration === 0 ? '24d' : `${duration}ms`;
}

function head({ socket, connectMs, headersMs, idleMs }: ConfigurationOptions): string {
  return `# Written by Deploy Svc, and written again with every change: changes of yours belong into a file beside it.
global
  stats socket ${socket} mode 600 level admin expose-fd listeners

ring ${EVENTS_RING}
  format raw
  maxlen 1024
  size 4194304

defaults deploy_svc
  mode http
  timeout connect ${ms(connectMs)}
  timeout client ${ms(idleMs)}
  timeout server ${ms(headersMs)}
  timeout tunnel ${ms(idleMs)}
  timeout http-request 15s
  timeout http-keep-alive 65s
  # Another replica is asked where a connection was not made, or was closed without an answer to what may be asked twice.
  retries 2
  option redispatch 1
  retry-on conn-failure empty-response
  # Who has left is not worked for.
  option abortonclose
  # Nothing waits for a body to be complete.
  no option http-buffer-request`;
}

function frontend(options: ConfigurationOptions): string {
  const { bind, trusted, maxInFlight } = options;
  return `frontend deploy_svc from deploy_svc
  bind ${bind}
  maxconn ${maxInFlight}
  log ring@${EVENTS_RING} len 1024 format raw local0
  log-format "%ST %Tr %Ta %ts %b/%s"
  acl deploy_svc_trusted ${trusted.length === 0 ? 'always_false' : `src ${trusted.join(' ')}`}

${found(options)}

${forwarded()}

${sent(options)}`;
}

/** Where the request goes, by host and path: with the port first, then without, then by the path alone. */
function found({ files }: ConfigurationOptions): string {
  return `  http-request set-var(txn.ds_host) req.hdr(host),lower
  http-request set-var(txn.ds_bare) var(txn.ds_host),regsub(:[0-9]+$,),regsub([.]$,)
  http-request set-var(txn.ds_path) path,concat(/)
  http-request set-var(txn.ds_key) var(txn.ds_host),concat(,txn.ds_path)
  http-request set-var(txn.ds_to) var(txn.ds_key),map_beg(${files.addresses})
  http-request set-var(txn.ds_key) var(txn.ds_bare),concat(,txn.ds_path)
  http-request set-var(txn.ds_to) var(txn.ds_key),map_beg(${files.addresses}) unless { var(txn.ds_to) -m found }
  http-request set-var(txn.ds_to) var(txn.ds_path),map_beg(${files.addresses}) unless { var(txn.ds_to) -m found }
  http-request return status 404 content-type text/plain string "nothing is routed for this host and path\\n" unless { var(txn.ds_to) -m found }
  http-request set-var(txn.ds_type) var(txn.ds_to),field(1,?)`;
}

/** What a replica is told of the caller. */
function forwarded(): string {
  const names = ['for', 'host', 'proto', 'port', 'prefix'].map((name) => `x-forwarded-${name}`);
  return `  http-request set-header X-Request-ID %[uuid()] unless { req.hdr(x-request-id) -m reg ${REQUEST_ID} }
  http-request set-var(txn.ds_request) req.hdr(x-request-id)
  http-response set-header X-Request-ID %[var(txn.ds_request)] unless { res.hdr(x-request-id) -m found }
  http-request del-header forwarded
  http-request del-header x-real-ip
${names.map((name) => `  http-request del-header ${name} unless deploy_svc_trusted`).join('\n')}
  http-request set-header X-Forwarded-For "%[req.fhdr(x-forwarded-for)], %[src]" if { req.fhdr(x-forwarded-for) -m found }
  http-request set-header X-Forwarded-For %[src] unless { req.fhdr(x-forwarded-for) -m found }
  http-request set-header X-Forwarded-Proto https if { ssl_fc } !{ req.hdr(x-forwarded-proto) -m found }
  http-request set-header X-Forwarded-Proto http unless { req.hdr(x-forwarded-proto) -m found }
  http-request set-header X-Forwarded-Host %[req.hdr(host)] if { req.hdr(host) -m found } !{ req.hdr(x-forwarded-host) -m found }
  http-request disable-l7-retry unless { method GET HEAD OPTIONS TRACE PUT DELETE }`;
}

function sent({ files }: ConfigurationOptions): string {
  const deployment = '{ var(txn.ds_type) -m str deployment }';
  const path = `^${DEPLOYMENTS_PATH}/[^/]+`;
  return `  # A deployment: its part of the path is taken away, or that of a route is put before it.
  http-request set-var(txn.ds_backend) var(txn.ds_to),field(2,?),map_str(${files.deployments}) if ${deployment}
  http-request set-header X-Forwarded-Prefix %[var(txn.ds_to),field(3,?)] if ${deployment} { path_reg ${path} } { var(txn.ds_to),field(3,?) -m len gt 0 }
  http-request set-path / if ${deployment} { path_reg ${path}$ } { var(txn.ds_to),field(3,?) -m len gt 0 }
  http-request replace-path ${path}(/.*)$ \\1 if ${deployment} { var(txn.ds_to),field(3,?) -m len gt 0 }
  http-request set-path %[var(txn.ds_to),field(4,?)]%[path] if { var(txn.ds_to),field(4,?) -m len gt 0 }
  http-request return status 503 content-type text/plain hdr Retry-After ${RETRY_AFTER_SECONDS} string "no replica of the deployment is ready\\n" if ${deployment} !{ var(txn.ds_backend) -m found }
  use_backend %[var(txn.ds_backend)] if ${deployment}

  # The target of a route: an address that HAProxy is told with the request.
  http-request return status 502 content-type text/plain string "the name of the route's target is unknown\\n" if { var(txn.ds_type) -m str unknown }
  http-request set-dst var(txn.ds_to),field(2,?)
  http-request set-dst-port var(txn.ds_to),field(3,?)
  http-request set-var(txn.ds_name) var(txn.ds_to),field(5,?)
  use_backend deploy_svc_https if { var(txn.ds_type) -m str https }
  default_backend deploy_svc_http`;
}

const TARGETS = `backend deploy_svc_http from deploy_svc
  server target 0.0.0.0:0

backend deploy_svc_https from deploy_svc
  server target 0.0.0.0:0 ssl verify required ca-file @system-ca sni var(txn.ds_name)`;
