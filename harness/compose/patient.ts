import { cpus, homedir, release, totalmem } from 'node:os';
import type { Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import { findEngine } from '../doctor/find-engine.ts';
import { hostFiles } from '../doctor/host-files.ts';
import { imagesOfNodes } from '../doctor/node-images.ts';
import { once } from '../doctor/once.ts';
import type { AnsweringEngine, EngineState, Patient } from '../doctor/patient.ts';
import { probeInContainer } from '../doctor/probe-container.ts';
import type { ProbeAnswer } from '../doctor/probe-script.ts';
import { machineFacts } from '../engine/embedded/requirements.ts';
import type { Engine } from '../engine/types.ts';
import { wishOf } from './attached-bench.ts';
import { tcpConnects } from './tcp-connects.ts';
import { WORKLOAD_IMAGE } from '../images/workload-stage.ts';
import { local } from '../shell/local.ts';

export interface PatientParts {
  readonly settings: Pick<RunSettings, 'provider' | 'nodes' | 'image' | 'kubernetes' | 'allowRemoteDocker'> &
    Partial<RunSettings>;
  readonly places: Places;
  readonly deadline: Deadline;
}

/** An engine that hangs must leave time to say so. */
const ENGINE_MS = 4000;
const PROBE_MS = 4000;

/** This machine with the engine that a run would find; `close` ends the connections that were opened on the way. */
export async function thisPatient(parts: PatientParts): Promise<Patient & { readonly close: () => void }> {
  const open: DockerEngine[] = [];
  const { settings, places, deadline } = parts;
  const engine = once(() =>
    findEngine({
      cacheDir: places.cache,
      runner: local(),
      processEnv: process.env,
      deadline,
      allowRemote: settings.allowRemoteDocker,
      patienceMs: ENGINE_MS,
      onOpen: (docker) => open.push(docker),
    }),
  );
  const patient = await patientWith(parts, engine);
  return { ...patient, close: () => open.forEach((docker) => docker.close()) };
}

/** This machine with the engine that a run has found or started. */
export async function patientOnEngine(
  parts: PatientParts,
  bench: { readonly engine: Engine; readonly docker: DockerEngine },
): Promise<Patient> {
  const { engine, docker } = bench;
  return patientWith(
    parts,
    once(async () => ({
      kind: 'answers',
      whose: engine.kind,
      source: engine.source,
      endpoint: engine.endpoint,
      dockerCli: engine.dockerCli,
      env: engine.env,
      docker,
      daemon: await docker.describe(parts.deadline),
    })),
  );
}

async function patientWith(
  { settings, places, deadline }: PatientParts,
  engine: () => Promise<EngineState>,
): Promise<Patient> {
  const { cache, runs, recipes } = places;
  const shell = local();
  const basis = {
    node: { version: process.version, arch: process.arch },
    host: {
      kernel: release(),
      cpus: cpus().length,
      memoryBytes: totalmem(),
      now: () => systemClock.date().getTime(),
    },
    machine: await machineFacts(process.env),
    environment: process.env,
    wish: { ...settings, attach: wishOf(settings) },
    folders: { cache, runs, recipes, home: homedir() },
    shell,
    files: hostFiles(),
    fetch: plainFetch,
    connects: tcpConnects(CONNECT_MS),
    engine,
  };
  return { ...basis, probe: once(async () => probe(await engine(), basis, deadline)) };
}

async function probe(
  engine: EngineState,
  patient: Pick<Patient, 'wish' | 'folders' | 'shell'>,
  outer: Deadline,
): Promise<ProbeAnswer> {
  if (engine.kind !== 'answers') return { kind: 'noEngine' };
  const deadline = Deadline.in(PROBE_MS, 'the container that looks', outer.signal);
  const candidates = [...(await imagesOfNodes(patient, deadline)), WORKLOAD_IMAGE];
  return probeInContainer(engine satisfies AnsweringEngine, candidates, { shell: patient.shell, deadline });
}

const plainFetch: Patient['fetch'] = async (url, { deadline, method = 'GET', headers = {} }) => {
  const answer = await fetch(url, { method, headers, signal: deadline.signal, redirect: 'error' });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

const CONNECT_MS = 1000;
