/**
 * What counts as one place on the network: an IPv4 address; of IPv6 the /64, because that is what one customer gets,
 * and whoever has it may take any of its 2^64 addresses. Anything else is returned as it is.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const bare = address.split('%', 1)[0] ?? '';
  if (!/^[0-9a-f:]+$/i.test(bare) || !bare.includes(':')) return address;
  const [head = '', tail] = bare.toLowerCase().split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const behind = tail ? tail.split(':').length : 0;
  const filled =
    tail === undefined ? groups : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - behind)).fill('0')];
  const all = [...filled, ...(tail ? tail.split(':') : [])];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
