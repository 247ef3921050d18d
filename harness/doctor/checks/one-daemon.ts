import { join } from 'node:path';
import type { Check } from '../check.ts';
import { askingEngine, finding, findingOf, ok } from '../findings.ts';

const MINE = new Set(['DOCKER_CLI_OTHER_ENGINE', 'DOCKER_CLI_BROKEN']);
const TRIED = 'compared the daemon ids that the API and the docker command report';

export const oneDaemon: Check = {
  id: 'D03',
  title: 'One daemon for all clients',
  moment: 'run',
  about: {
    looks:
      'Asks the daemon for its id through the API and through the docker command, which kind uses; and reads `~/.testcontainers.properties`, which outranks DOCKER_HOST for testcontainers.',
    matters:
      'Libraries do not know Docker contexts. With two daemons kind would make the nodes in one while podproof looks into the other.',
    levels: { fail: 'Two daemons, or a docker command that cannot use the engine.' },
    fix: [
      'Make all mean the same one: `export DOCKER_HOST=…` with the address that this check names.',
      'Remove `tc.host` and `docker.host` from `~/.testcontainers.properties`.',
    ],
  },
  look: askingEngine(TRIED, async (engine, { files, folders }) => {
    const { problem, endpoint, daemon } = engine;
    if (problem !== undefined && MINE.has(problem.code)) return findingOf(problem, TRIED);
    const properties = join(folders.home, '.testcontainers.properties');
    const other = hostIn((await files.text(properties)) ?? '');
    if (other === undefined || other === endpoint) return ok(TRIED, `one daemon, ${daemon.id}`);
    return finding('fail', {
      tried: `read ${properties}`,
      seen: `testcontainers would use ${other}, everything else ${endpoint}`,
      cause: 'That file outranks DOCKER_HOST for testcontainers.',
      fix: `Remove tc.host and docker.host from ${properties}.`,
    });
  }),
};

/** @see https://node.testcontainers.org/configuration/ */
function hostIn(properties: string): string | undefined {
  const value = (key: string): string | undefined =>
    new RegExp(`^\\s*${key}\\s*[=:]\\s*(\\S+)`, 'm').exec(properties)?.[1]?.replaceAll('\\:', ':');
  return value('tc\\.host') ?? value('docker\\.host');
}
