import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '../core/deadline.ts';
import { ScriptedRunner, type Script } from '../testing/scripted-runner.ts';
import { aptConfig } from './apt-state.ts';
import { debianPackages, type DebianPackages } from './packages.ts';

const SOURCES = [{ uris: ['http://mirror.example/debian'], suites: ['bookworm'], components: ['main'] }];

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'podproof-debian-'));
});
afterEach(() => rm(cacheDir, { recursive: true }));

/** apt 2.6 of a mirror that has tini, and epoch:1 of widget. */
const mirror: Script = (argv, { cwd }) => {
  if (!argv.includes('--print-uris')) return undefined;
  // apt prints nothing about a file that it finds in the current folder.
  if (cwd?.endsWith('/debs') === true) return { stdout: '' };
  const name = argv.at(-1) ?? '';
  const version = { tini: '0.19.0-1+b3', widget: '1%3a2.0~rc1-1' }[name];
  if (version === undefined) return { exitCode: 100, stderr: `E: Unable to locate package ${name}` };
  const file = `${name}_${version}_amd64.deb`;
  return { stdout: `'http://mirror.example/debian/pool/${file}' ${file} 251264 SHA256:3b43\n` };
};

function packages(runner: ScriptedRunner): DebianPackages {
  return debianPackages({ cacheDir, runner, sources: () => Promise.resolve(SOURCES) });
}

function request(names: readonly string[]): Parameters<DebianPackages['unpack']>[0] {
  const deadline = Deadline.in(5000, 'packages');
  return { suite: 'trixie', packages: names, into: join(cacheDir, 'into'), deadline };
}

describe('unpacking Debian packages', () => {
  test('unpacks exactly the named packages and tells their versions', async () => {
    const runner = new ScriptedRunner(mirror);
    expect(await packages(runner).unpack(request(['tini', 'widget']))).toEqual([
      { name: 'tini', version: '0.19.0-1+b3' },
      { name: 'widget', version: '1:2.0~rc1-1' },
    ]);
    const unpacked = runner.calls
      .filter(({ argv }) => argv[0] === 'dpkg-deb')
      .map(({ argv }) => argv.slice(1));
    expect(unpacked).toEqual([
      ['--extract', join(cacheDir, 'debian/trixie/debs/tini_0.19.0-1+b3_amd64.deb'), join(cacheDir, 'into')],
      [
        '--extract',
        join(cacheDir, 'debian/trixie/debs/widget_1%3a2.0~rc1-1_amd64.deb'),
        join(cacheDir, 'into'),
      ],
    ]);
    expect(await readFile(join(cacheDir, 'debian/trixie/podproof.sources'), 'utf8')).toContain(
      'Suites: trixie\n',
    );
  });

  test('fails with the name of the one package that is missing, before anything is unpacked', async () => {
    const runner = new ScriptedRunner(mirror);
    await expect(packages(runner).unpack(request(['tini', 'absent', 'widget']))).rejects.toMatchObject({
      code: 'DEBIAN_PACKAGES_UNAVAILABLE',
      message: expect.stringMatching(/package absent of trixie: .*Unable to locate/),
    });
    expect(runner.calls.some(({ argv }) => argv[0] === 'dpkg-deb')).toBe(false);
  });

  test('reads the lists once, and again only after a version vanished from the mirror', async () => {
    const runner = new ScriptedRunner(mirror);
    const updates = (): number => runner.calls.filter(({ argv }) => argv[1] === 'update').length;
    await packages(runner).unpack(request(['tini']));
    await packages(runner).unpack(request(['tini']));
    expect(updates()).toBe(1);
    await expect(packages(runner).unpack(request(['absent']))).rejects.toThrow('absent');
    expect(updates()).toBe(2);
  });

  test('says what to do on a machine without a Debian mirror or without apt', async () => {
    const elsewhere = debianPackages({
      cacheDir,
      runner: new ScriptedRunner(),
      sources: () => Promise.resolve([]),
    });
    await expect(elsewhere.unpack(request(['tini']))).rejects.toThrow('names no Debian mirror');
    const withoutApt = new ScriptedRunner(() => ({ notStarted: 'spawn apt-get ENOENT' }));
    await expect(packages(withoutApt).unpack(request(['tini']))).rejects.toThrow(
      /tini of trixie: not started/,
    );
  });
});

describe('the private apt configuration', () => {
  const dump = [
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::AllowInsecureRepositories "1";',
    'APT::Update::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";',
    'Dir::Etc::parts "apt.conf.d";',
  ].join('\n');
  const text = aptConfig('/cache/debian/trixie', dump);

  test('keeps the proxy of the machine', () => {
    expect(text).toContain('Acquire::http::Proxy "http://proxy.example:3128";');
  });

  test('runs no hook of the system and never weakens the check of signatures', () => {
    expect(text).not.toMatch(/Post-Invoke|AllowInsecure|apt\.conf\.d/);
  });

  test('keeps every folder below its own', () => {
    const folders = [...text.matchAll(/^Dir::(?:State|Cache)\S* "([^"]*)"/gm)].map((match) => match[1] ?? '');
    expect(folders.length).toBeGreaterThan(3);
    expect(folders.every((folder) => folder.startsWith('/cache/debian/trixie'))).toBe(true);
  });
});
