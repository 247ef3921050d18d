import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reserve, stateFolder, type ClusterRecord } from '../clusters/cluster-record.ts';
import { Deadline } from '../core/deadline.ts';
import type { Finding, Level } from '../core/diagnosis.ts';
import { EnvironmentError, SafetyError } from '../core/errors.ts';
import { identityOf } from '../core/process-identity.ts';
import type { ContainerState } from '../docker/engine-port.ts';
import { CHECKS } from './all-checks.ts';
import { onCgroupV1, patientWith, NOW, type Ailment } from './testing/healthy-patient.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'podproof-doctor-'));
  const dead = { pid: 1, startedAt: '1', bootId: 'another boot' };
  await record('dead', 'podproof-dead01', { owner: dead, kept: false });
  await record('live', 'podproof-abcd02', { owner: await identityOf(), kept: false });
  await record('live', 'podproof-abcd03', { owner: dead, kept: true });
  await writeFile(join(home, 'remote.yaml'), kubeconfig('https://203.0.113.7:6443'));
  await writeFile(join(home, 'local.yaml'), kubeconfig('https://127.0.0.1:6443'));
});
afterAll(() => rm(home, { recursive: true }));

async function record(
  cache: string,
  name: string,
  over: Pick<ClusterRecord, 'owner' | 'kept'>,
): Promise<void> {
  const folder = stateFolder(join(home, cache), name);
  await reserve(folder);
  const common = { schema: 1, provider: 'kind', phase: 'ready', fingerprint: 'f', notes: {} } as const;
  await folder.write({ ...common, name, endpoint: 'unix:///s', createdAt: '', ...over });
}

function kubeconfig(server: string): string {
  return JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server, 'certificate-authority-data': 'eA==' } }],
    users: [{ name: 'u', user: { token: 't' } }],
  });
}

const inCache = (cache: string): Ailment => ({
  patient: { folders: { ...patientWith().folders, cache: join(home, cache) } },
});
const attachedTo = (file: string): Ailment => ({
  patient: {
    wish: {
      provider: 'attached',
      nodes: 3,
      attach: {
        context: 'c',
        ownsCluster: true,
        allowServers: [],
        allowExecPlugin: false,
        workloadImage: undefined,
      },
    },
    environment: { KUBECONFIG: join(home, file) },
  },
});
const wanting = (image: string): NonNullable<Ailment['patient']> => ({
  wish: { provider: 'kind', nodes: 3, image },
});
const startable: Ailment = {
  patient: { engine: () => Promise.resolve({ kind: 'startable', endpoint: 'unix:///s', why: 'ENOENT' }) },
};
const unusable = (problem: EnvironmentError | SafetyError): Ailment => ({
  patient: { engine: () => Promise.resolve({ kind: 'unusable', error: problem }) },
});
const HUB_IMAGE = 'kindest/node:v9';
/** Recorded from Docker Hub's documentation: the header of a HEAD request for the preview image. */
const hub = (status: number, headers: Record<string, string>): NonNullable<Ailment['patient']> => ({
  ...wanting(HUB_IMAGE),
  fetch: (url) =>
    Promise.resolve(
      url.includes('token')
        ? { status: 200, headers: new Headers(), text: '{"token":"abc"}' }
        : { status, headers: new Headers(headers), text: '' },
    ),
});
const NODE: ContainerState = {
  id: 'n1',
  name: 'podproof-abcd02-control-plane',
  image: '',
  imageId: '',
  labels: { 'io.x-k8s.kind.cluster': 'podproof-abcd02', 'io.x-k8s.kind.role': 'control-plane' },
  state: 'running',
  running: true,
  paused: false,
  exitCode: 0,
  restarts: 0,
  startedAt: '',
  bindings: [],
  addresses: { kind: '172.18.0.2' },
  volumes: [],
  mounts: [],
};
const MINIKUBE_NODE: ContainerState = {
  ...NODE,
  name: 'podproof-abcd02',
  labels: {
    'created_by.minikube.sigs.k8s.io': 'true',
    'name.minikube.sigs.k8s.io': 'podproof-abcd02',
  },
  addresses: { 'podproof-abcd02': '192.168.49.2' },
};
const NETWORK = { id: '0123456789abcdef', subnets: ['172.18.0.0/16', 'fc00:f853:ccd:e793::/64'] };
/** /proc/net/route with a default route, kind's bridge, and a VPN for 172.16.0.0/12. */
const HEAD =
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n' +
  'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n' +
  'br-0123456789ab\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n';
const VPN = 'tun0\t000010AC\t00000000\t0001\t0\t0\t50\t0000F0FF\t0\t0\t0\n';

interface Case {
  readonly ailment: () => Ailment;
  readonly level: Level;
  /** What the finding must say, in whatever field. */
  readonly says: string;
}
const fires = (level: Level, says: string, ailment: Ailment | (() => Ailment)): Case => ({
  level,
  says,
  ailment: typeof ailment === 'function' ? ailment : () => ailment,
});

/** What makes each check speak. */
const FIRES: Readonly<Record<string, readonly Case[]>> = {
  D01: [fires('fail', 'Node v22.22.0', { patient: { node: { version: 'v22.22.0', arch: 'x64' } } })],
  D02: [
    fires('info', 'starts the embedded engine', startable),
    fires(
      'fail',
      'join the group',
      unusable(new EnvironmentError('ENGINE_DENIED', 'no', { hint: 'join the group docker' })),
    ),
    fires('fail', 'no docker', {
      engine: { problem: new EnvironmentError('DOCKER_CLI_MISSING', 'no docker') },
    }),
    fires('skipped', 'D04', unusable(new SafetyError('REMOTE_ENGINE', 'far'))),
  ],
  D03: [
    fires('fail', 'Two', { engine: { problem: new EnvironmentError('DOCKER_CLI_OTHER_ENGINE', 'Two') } }),
    fires('fail', 'tcp://127.0.0.1:9', {
      files: { '/u/me/.testcontainers.properties': 'docker.host = tcp\\://127.0.0.1\\:9\n' },
    }),
  ],
  D04: [fires('refuse', 'far', unusable(new SafetyError('REMOTE_ENGINE', 'far')))],
  D05: [
    fires('fail', 'windows', { engine: { problem: new EnvironmentError('ENGINE_NOT_LINUX', 'windows') } }),
  ],
  D06: [
    fires('auto-fixed', 'failCgroupV1', { daemon: { cgroupVersion: '1' } }),
    fires('auto-fixed', 'failCgroupV1', { ...startable, disk: { type: 0x01021994 } }),
    fires('auto-fixed', 'cgroup v1: minikube (since', onCgroupV1('minikube')),
    fires('auto-fixed', 'k3s gets --kubelet-arg=fail-cgroupv1=false', onCgroupV1('k3s')),
    fires('skipped', 'not needed for the provider attached', onCgroupV1('attached')),
  ],
  D07: [
    fires('fail', 'cgroup v2, limits of pids', {
      daemon: { security: ['rootless'], cgroupVersion: '1', missingLimits: ['pids'] },
    }),
    fires('warn', 'ordinary user', { daemon: { security: ['rootless'] } }),
  ],
  D08: [
    fires('fail', '1 processor,', { daemon: { cpus: 1 } }),
    fires('warn', '2.0 GiB', { daemon: { memoryBytes: 2 * 2 ** 30 } }),
    fires('fail', '1 processor,', {
      patient: { ...startable.patient, host: { ...patientWith().host, cpus: 1 } },
    }),
  ],
  D09: [
    fires('fail', 'Images 12GB (80%)', {
      disk: { freeBytes: 2 ** 30 },
      // Recorded from docker 26: system df --format '{{.Type}} {{.Reclaimable}}'
      commands: {
        '/usr/bin/docker system df': { stdout: 'Images 12GB (80%)\nContainers 0B (0%)\nLocal Volumes 0B\n' },
      },
    }),
    fires('fail', '1 % of the inodes', { disk: { freeInodes: 10 } }),
    fires('fail', '1.0 GiB free', {
      daemon: { operatingSystem: 'Docker Desktop' },
      probe: { disk: { freeBytes: 2 ** 30, inodes: 0, freeInodes: 0 } },
    }),
  ],
  D10: [
    fires('fail', '128 instances, 90 used', {
      files: { '/proc/sys/fs/inotify/max_user_instances': '128\n' },
      inotifyUsed: 90,
    }),
    fires('warn', '128 instances', {
      files: { '/proc/sys/fs/inotify/max_user_instances': '128\n' },
      inotifyUsed: 9,
    }),
    fires('fail', '120 used', {
      daemon: { kernel: 'another' },
      probe: { inotify: { instances: 128, watches: 9000, used: 120 } },
    }),
  ],
  D11: [fires('info', 'archive', { daemon: { containerdStore: true } })],
  D12: [
    fires('fail', 'node:1 is arm64', { patient: wanting('node:1'), images: { 'node:1': 'arm64' } }),
    fires('warn', 'Node is arm64', { patient: { node: { version: 'v24.0.0', arch: 'arm64' } } }),
  ],
  D13: [
    fires('fail', 'no Go', { commands: { 'kind version': { notStarted: 'ENOENT' } } }),
    fires('warn', 'kind 0.30.0 on PATH', {
      commands: { 'kind version': { stdout: 'kind v0.30.0 go1.24.1 linux/amd64' }, 'go version': {} },
    }),
    fires('info', 'builds kind', { commands: { 'kind version': { exitCode: 1 }, 'go version': {} } }),
  ],
  D15: [
    fires('warn', '172.18.0.0/16 and 172.16.0.0/12 of tun0', {
      network: NETWORK,
      files: { '/proc/net/route': HEAD + VPN },
    }),
  ],
  D16: [
    fires('warn', 'lacks 127.0.0.1, localhost', {
      patient: { environment: { https_proxy: 'http://u:secret@p' } },
    }),
    fires('warn', 'lacks 127.0.0.1, localhost', {
      patient: { environment: { HTTP_PROXY: 'http://p', NO_PROXY: '.corp,10.0.0.0/8' } },
    }),
    fires('warn', 'lacks localhost', {
      patient: { environment: { HTTP_PROXY: 'http://p', NO_PROXY: '127.0.0.0/8,.corp' } },
    }),
  ],
  D17: [
    fires('fail', '7.0 s apart: the daemon is behind', { daemon: { clockMs: NOW - 7000 } }),
    fires('fail', 'ahead', { daemon: { clockMs: NOW + 7000 } }),
  ],
  D18: [fires('info', 'podproof-dead01', () => inCache('dead'))],
  D19: [fires('info', 'podproof-abcd02 (in use), podproof-abcd03 (kept)', () => inCache('live'))],
  D20: [
    fires('info', '/u/me/.kube/config.lock', { files: { '/u/me/.kube/config.lock': '' } }),
    fires('info', '/b.lock', { patient: { environment: { KUBECONFIG: '/a:/b' } }, files: { '/b.lock': '' } }),
  ],
  D21: [
    fires('refuse', '203.0.113.7', () => attachedTo('remote.yaml')),
    fires('fail', 'missing.yaml', () => attachedTo('missing.yaml')),
  ],
  D22: [
    fires('fail', 'does not give it: no such image', { patient: wanting('node:1') }),
    fires('fail', 'install gcc', { commands: { 'go version': {} } }),
    fires('fail', 'no Go module', {
      commands: buildTools({ 'go list': { exitCode: 1, stderr: 'dial tcp' } }),
    }),
    fires('info', 'twelve minutes', { commands: buildTools({ 'go list': {} }) }),
  ],
  D23: [
    fires('warn', '0 left', {
      patient: hub(200, { 'ratelimit-remaining': '0;w=21600' }),
      registry: [HUB_IMAGE],
    }),
    fires('warn', '0 left', { patient: hub(429, {}), registry: [HUB_IMAGE] }),
  ],
  D24: [
    fires('warn', 'snap', { daemon: { dataRoot: '/var/snap/docker/common/var-lib-docker' } }),
    fires('warn', 'SELinux', { daemon: { security: ['selinux'] } }),
    fires('warn', 'btrfs', { daemon: { backingFilesystem: 'btrfs' } }),
    fires('warn', 'firewalld', {
      files: { '/etc/firewalld/firewalld.conf': '# x\nFirewallBackend=nftables\n' },
      commands: { 'firewall-cmd --state': { stdout: 'running\n' } },
    }),
  ],
  D25: [
    fires('info', '172.18.0.2', { nodes: [NODE], patient: { connects: () => Promise.resolve(false) } }),
    fires('info', 'podproof-abcd02 does not answer at 192.168.49.2', {
      nodes: [MINIKUBE_NODE],
      patient: { connects: (_host, port) => Promise.resolve(port !== 8443) },
    }),
  ],
  D26: [
    fires('fail', 'not writable: EROFS', { unwritable: ['/u/me/podproof/runs'] }),
    fires('fail', '/u/me/podproof is not writable', {
      missing: ['/u/me/podproof/runs'],
      unwritable: ['/u/me/podproof'],
    }),
    fires('fail', 'no folder for files', { missing: ['/u/me/podproof/runs'], disk: { type: 0x9fa0 } }),
    fires('fail', 'mode 777', { owner: { uid: 0, mode: 0o777 } }),
    fires('warn', 'user 1000', { owner: { uid: 1000, mode: 0o700 } }),
    fires('fail', 'user 1000', {
      owner: { uid: 1000, mode: 0o700 },
      patient: { machine: { ...patientWith().machine, uid: 1001 } },
    }),
    fires('fail', 'NFS', { disk: { type: 0x6969 } }),
    fires('warn', 'Dropbox', {
      patient: { folders: { ...patientWith().folders, runs: '/u/me/Dropbox/runs' } },
    }),
  ],
  D27: [
    fires('fail', 'cannot start privileged containers', {
      daemon: { version: '20.10.24' },
      probe: { kind: 'failed', image: 'node:1', why: 'exit 126: error setting rlimits' },
    }),
    fires('auto-fixed', 'restrict_oom_score_adj', {
      patient: wanting('node:1'),
      probe: { image: 'node:1', lowersOomScore: false },
    }),
    fires('fail', 'hang in ContainerCreating', {
      patient: wanting('node:1'),
      probe: { image: 'node:1', lowersOomScore: false, restrictsOomScore: false },
    }),
    fires('info', 'no node image yet', { probe: { image: 'workload', lowersOomScore: false } }),
  ],
  D28: [
    fires('fail', 'there is none on PATH', minikubeWith({ notStarted: 'ENOENT' })),
    fires(
      'fail',
      'does not tell its version (exit 1: no such command)',
      minikubeWith({ exitCode: 1, stderr: 'no such command' }),
    ),
    fires('warn', 'minikube 1.31.0 (PATH)', minikubeWith({ stdout: '{"minikubeVersion":"v1.31.0"}' })),
  ],
};

function minikubeWith(answer: NonNullable<Ailment['commands']>[string]): Ailment {
  return {
    patient: { wish: { provider: 'minikube', nodes: 3 } },
    commands: { 'minikube version': answer },
  };
}

function buildTools(more: NonNullable<Ailment['commands']>): NonNullable<Ailment['commands']> {
  const tools = ['go', 'gcc', 'wget', 'tar', 'unshare', 'apt-get'];
  return {
    ...Object.fromEntries(
      ['go version', ...tools.map((name) => `${name} --version`)].map((key) => [key, {}]),
    ),
    ...more,
  };
}

/** Where a healthy machine alone gives a check nothing to look at. */
const SILENT: Readonly<Record<string, Ailment | (() => Ailment)>> = {
  D03: { files: { '/u/me/.testcontainers.properties': 'docker.host=unix:///var/run/docker.sock' } },
  D12: { patient: wanting('node:1'), images: { 'node:1': 'amd64' } },
  D15: { network: NETWORK, files: { '/proc/net/route': HEAD } },
  D16: { patient: { environment: { HTTPS_PROXY: 'http://p', no_proxy: 'localhost, 127.0.0.1' } } },
  D21: () => attachedTo('local.yaml'),
  D22: { patient: wanting('node:1'), registry: ['node:1'] },
  D23: { patient: hub(200, { 'ratelimit-remaining': '87;w=21600' }), registry: [HUB_IMAGE] },
  D25: { nodes: [NODE] },
  D28: minikubeWith({ stdout: '{"commit":"eb25dbc","minikubeVersion":"v1.38.1"}' }),
};

function look(id: string, ailment: Ailment): Promise<Finding> {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`no check is called ${id}`);
  const deadline = Deadline.in(5000, 'the test');
  return Promise.resolve(check.look(patientWith(ailment), deadline));
}

describe('each check', () => {
  test.each(CHECKS.map(({ id, title }) => [id, title]))('%s %s is silent when all is well', async (id) => {
    const ailment = SILENT[id] ?? {};
    expect(await look(id, typeof ailment === 'function' ? ailment() : ailment)).toMatchObject({
      level: 'ok',
    });
  });

  const cases = Object.entries(FIRES).flatMap(([id, list]) =>
    list.map((each) => [id, each.level, each.says, each] as const),
  );
  test.each(cases)('%s says %s: %s', async (id, level, says, { ailment }) => {
    const found = await look(id, ailment());
    expect(found).toMatchObject({ level });
    expect(Object.values(found).join('\n')).toContain(says);
  });

  test('is in the list above, with what makes it fire, and asks for something to be done then', async () => {
    expect(Object.keys(FIRES)).toEqual(CHECKS.map(({ id }) => id));
    for (const [id, list] of Object.entries(FIRES)) {
      for (const { ailment, level } of list.filter((each) =>
        ['warn', 'fail', 'refuse'].includes(each.level),
      )) {
        const { fix = '' } = await look(id, ailment());
        expect([id, level, fix.length > 10]).toEqual([id, level, true]);
      }
    }
  });

  test('has nothing to say about an engine that is not there', async () => {
    const asking = CHECKS.filter(({ moment }) => moment === 'engine');
    const levels = await Promise.all(asking.map(({ id }) => look(id, startable)));
    expect(levels.map(({ level }) => level)).not.toContain('fail');
    expect(levels.map(({ seen }) => seen).join()).toContain('no engine, the embedded one would be started');
  });
});

test('a password of a proxy is never shown', async () => {
  const found = await look('D16', { patient: { environment: { HTTPS_PROXY: 'http://u:secret@p' } } });
  expect(JSON.stringify(found)).not.toContain('secret');
});
