import { BlockList, isIP } from 'node:net';

const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Addresses and networks (`10.0.0.0/8`) without names. `proxies`: as TRUST_PROXY has them. */
export function networksOf(proxies: readonly string[]): readonly string[] {
  return proxies.flatMap((name) => NETWORKS[name] ?? [name]);
}

/** Whether what a peer says of those before it is believed. `proxies`: as TRUST_PROXY has them. */
export function trusts(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const each of networksOf(proxies)) {
    const [address = '', bits] = each.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const bare = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
    return proxies.length > 0 && list.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
  };
}
