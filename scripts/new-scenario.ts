import { join, relative } from 'node:path';
import { resolvePlaces } from '../harness/config/places.ts';
import { exitCodeOf, problemEvent, renderProblem } from '../harness/report/problem.ts';
import { scaffold } from '../harness/scenario/scaffold.ts';

/** Starts a scenario of one's own: `npm run new:scenario NAME`. */
const [name = ''] = process.argv.slice(2);
const { root, scenarios } = resolvePlaces(process.env);
try {
  const folder = await scaffold({ name, scenarios, door: join(root, 'harness', 'index.ts') });
  console.log(`${relative(process.cwd(), folder)}: a scenario that works. Change it step by step:

  npm run podproof -- validate            finds mistakes without a cluster
  npm run scenarios -- ${name} --keep     proves it; a kept cluster answers in seconds
  npm run scenarios -- ${name} --mutants  shows that its claims can fail
  npm run podproof -- down                removes the kept cluster`);
} catch (error) {
  process.stderr.write(renderProblem(problemEvent(error), { width: 100, color: false, unicode: true }));
  process.exitCode = exitCodeOf(error);
}
