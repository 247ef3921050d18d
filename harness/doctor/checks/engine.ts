import type { Check } from '../check.ts';
import { findingOf, info, ok, skipped } from '../findings.ts';

/** Errors about the engine that other checks report. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  REMOTE_ENGINE: 'D04',
  ENGINE_OVER_SSH: 'D04',
  DOCKER_CLI_OTHER_ENGINE: 'D03',
  DOCKER_CLI_BROKEN: 'D03',
  ENGINE_NOT_LINUX: 'D05',
};

export const engineAnswers: Check = {
  id: 'D02',
  title: 'Container engine',
  // Finding the engine is the first thing a run does, and it stops with the same words.
  moment: 'run',
  about: {
    looks:
      'Asks the engine for its `/info` where the docker command would look: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default socket; then an embedded engine that is still running.',
    matters: 'The nodes of the cluster are containers of that engine.',
    levels: {
      info: 'No engine answers and none was named: a run starts the embedded one and stops it afterwards.',
      fail: 'Nothing answers where you said it would, access is denied, it does not answer in time, or there is no docker command for kind.',
    },
    fix: [
      'Nothing answers: start Docker, or unset DOCKER_HOST (or `docker context use default`). An engine that you named is never replaced by another one.',
      'Access denied: `sudo usermod -aG docker $USER`, then log in again.',
      'No answer in time: `sudo systemctl restart docker`, or restart Docker Desktop.',
    ],
  },
  async look(patient) {
    const engine = await patient.engine();
    if (engine.kind === 'startable') {
      const tried = `asked ${engine.endpoint} for its /info`;
      return info(tried, `none answers (${engine.why}); a run starts the embedded engine`);
    }
    const error = engine.kind === 'unusable' ? engine.error : engine.problem;
    const other = ELSEWHERE[error?.code ?? ''];
    if (engine.kind === 'unusable') {
      const tried = 'looked for the engine';
      return other === undefined ? findingOf(engine.error, tried) : skipped(tried, `not asked, see ${other}`);
    }
    const tried = `asked ${engine.endpoint} for its /info`;
    if (error !== undefined && other === undefined) return findingOf(error, tried);
    const { whose, daemon, source } = engine;
    return ok(tried, `${whose === 'embedded' ? 'embedded ' : ''}Docker ${daemon.version} (${source})`);
  },
};
