/** What podproof installs when it has to. */
export const OWN_KIND_VERSION = '0.33.0';

/** Versions that our configuration and our parsers are written for: from the first up to, not including, the last. */
const TESTED = { from: [0, 31], before: [0, 35] } as const;

export const TESTED_RANGE = `>= ${TESTED.from.join('.')} < ${TESTED.before.join('.')}`;

/**
 * The node images that were built for a kind release, by digest as its release notes list them, of those minors that
 * we can build too; its default (pkg/apis/config/defaults/image.go of that release) comes first. kind has no command
 * that tells them, and an image of another release is not promised to fit.
 */
const STOCK_IMAGES: Readonly<Record<string, readonly string[]>> = {
  '0.31.0': ['kindest/node:v1.35.0@sha256:452d707d4862f52530247495d180205e029056831160e22870e37e3f6c1ac31f'],
  '0.32.0': ['kindest/node:v1.36.1@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5'],
  '0.33.0': [
    'kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5',
    'kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed',
  ],
};

/**
 * kind's own node image for a minor of Kubernetes, or its default when none is asked for.
 *
 * @example stockImage('0.33.0', '1.36') // 'kindest/node:v1.36.4@sha256:099e…'
 * @returns undefined when we know none
 */
export function stockImage(kindVersion: string, minor: string | undefined): string | undefined {
  const images = STOCK_IMAGES[kindVersion] ?? [];
  return minor === undefined ? images[0] : images.find((image) => image.includes(`:v${minor}.`));
}

/**
 * Reads the answer of `kind version`.
 *
 * @example parseKindVersion('kind v0.33.0 go1.26.8 linux/amd64') // '0.33.0'
 * @returns undefined for anything that is not kind's answer
 */
export function parseKindVersion(text: string): string | undefined {
  return /^kind v(\d+\.\d+\.\d+\S*) go/m.exec(text)?.[1];
}

export function isTested(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const at = (of: readonly [number, number]): number => of[0] * 1000 + of[1];
  const found = at([major, minor]);
  return found >= at(TESTED.from) && found < at(TESTED.before);
}
