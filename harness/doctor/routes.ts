/** A route of IPv4, without the default route. */
export interface Route {
  readonly device: string;
  /** 172.16.0.0/12 */
  readonly cidr: string;
}

/**
 * Reads /proc/net/route: destination and mask are 32 bits in hexadecimal, in the byte order of the machine, which is
 * little-endian everywhere we run. Host routes count, the default route does not: everything overlaps with it.
 *
 * @see proc_pid_net(5)
 */
export function parseRoutes(text: string): readonly Route[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .flatMap(([device = '', destination = '', , , , , , mask = '']) => {
      const bits = mask === '' ? 0 : bitsOf(Number.parseInt(mask.trim(), 16));
      return bits === 0
        ? []
        : [{ device, cidr: `${dotted(Number.parseInt(destination, 16))}/${String(bits)}` }];
    });
}

/** Whether two IPv4 ranges share an address; false for anything that is not one. */
export function overlap(subnet: string, { cidr }: Pick<Route, 'cidr'>): boolean {
  const one = rangeOf(subnet);
  const other = rangeOf(cidr);
  if (one === undefined || other === undefined) return false;
  return one.first <= other.last && other.first <= one.last;
}

function bitsOf(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}

function dotted(value: number): string {
  return [0, 8, 16, 24].map((shift) => String((value >>> shift) & 0xff)).join('.');
}

function rangeOf(cidr: string): { readonly first: number; readonly last: number } | undefined {
  const found = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (found === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = found.slice(1).map(Number);
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}
