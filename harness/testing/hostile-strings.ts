/** Pieces that mean something to a path, a URL, a shell, a terminal or a program that reads flags. */
const PIECES = [
  '..',
  '.',
  '/',
  '//',
  '\\',
  '%2e%2e',
  '%2F',
  '%00',
  '\0',
  '?',
  '#',
  '&',
  '=',
  ';',
  '$(id)',
  '`id`',
  "'",
  '"',
  '-',
  '--',
  '--kubeconfig=x',
  '-it',
  '@',
  ':',
  ' ',
  '\n',
  '\x1b[2J',
  'é',
  '．',
  '／',
  '\u202e',
  '\ud800',
  'a',
  'pod',
  'kube-system',
  'secrets',
  '0',
  'Z',
  '_',
];

/** The same hostile strings every time: the generator is a plain linear congruence (Numerical Recipes). */
export function hostileStrings(count: number, seed = 1): readonly string[] {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(5) }, () => PIECES[next(PIECES.length)] ?? '').join(''),
  );
}
