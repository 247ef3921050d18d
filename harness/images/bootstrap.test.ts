import { expect, test } from '@jest/globals';
import { notDownloaded } from './bootstrap.ts';

test.each([
  [
    'I: Retrieving InRelease \nI: Retrieving Release \nE: Failed getting release file http://mirror.example/debian/dists/bookworm/Release\n',
    'Failed getting release file http://mirror.example/debian/dists/bookworm/Release',
  ],
  [
    "I: Checking component main on http://mirror.example/debian...\nE: Couldn't find these debs: no-such-package\n",
    "Couldn't find these debs: no-such-package",
  ],
  [
    "W: Retrying failed download of it\nE: Couldn't download packages: jq curl\n",
    "Couldn't download packages: jq curl",
  ],
  ['I: Configuring systemd...\nW: Failure while configuring base packages.\n', undefined],
])('names what debootstrap could not download', (stdout, expected) => {
  expect(notDownloaded(stdout)).toBe(expected);
});
