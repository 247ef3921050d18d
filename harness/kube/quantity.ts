/** Powers of ten, or of two for the binary suffixes, as [base, exponent]. */
const SUFFIXES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  n: [10n, -9n],
  u: [10n, -6n],
  m: [10n, -3n],
  '': [10n, 0n],
  k: [10n, 3n],
  M: [10n, 6n],
  G: [10n, 9n],
  T: [10n, 12n],
  P: [10n, 15n],
  E: [10n, 18n],
  Ki: [2n, 10n],
  Mi: [2n, 20n],
  Gi: [2n, 30n],
  Ti: [2n, 40n],
  Pi: [2n, 50n],
  Ei: [2n, 60n],
};

/**
 * Whether two Kubernetes quantities mean the same amount: the server stores "1000m" as "1" and "0.5Gi" as "512Mi".
 * Source of the format: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 *
 * @example sameQuantity('1000m', '1') // true
 */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const left = nanos(a);
  return left !== undefined && left === nanos(b);
}

/** In billionths, rounded up as the server does, or undefined when it is not a quantity. */
function nanos(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/.exec(
    String(value),
  );
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const [base, exponent] = power === '' ? (SUFFIXES[suffix] ?? [10n, 0n]) : [10n, BigInt(power.slice(1))];
  const shift = base === 10n ? exponent + 9n : 9n;
  const scale = base === 2n ? 2n ** exponent : 1n;
  const digits = BigInt(whole + fraction) * scale;
  const tens = shift - BigInt(fraction.length);
  const amount = tens >= 0n ? digits * 10n ** tens : ceilDivide(digits, 10n ** -tens);
  return sign === '-' ? -amount : amount;
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
