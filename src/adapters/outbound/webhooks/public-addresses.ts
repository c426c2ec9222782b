import { BlockList, isIP } from 'node:net';

/** What is not on the internet, or is a service of the cloud that a host runs in. */
const RESERVED_4: readonly [net: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** In 2000::/3, outside of which nothing is public: Teredo, ORCHID, documentation, 6to4, which hide other addresses. */
const RESERVED_6: readonly [net: string, bits: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

// Apart: a list takes an IPv4 address for the IPv6 address that it is mapped to.
const reserved4 = new BlockList();
for (const [net, bits] of RESERVED_4) reserved4.addSubnet(net, bits, 'ipv4');
const reserved6 = new BlockList();
for (const [net, bits] of RESERVED_6) reserved6.addSubnet(net, bits, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Whether it is an address of the internet. Mapped, compatible and translated (NAT64) addresses never are. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved4.check(address, 'ipv4');
  return family === 6 && global6.check(address, 'ipv6') && !reserved6.check(address, 'ipv6');
}
