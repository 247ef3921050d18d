import { checkTogether } from '../scenario/check-together.ts';
import { readShape } from '../scenario/definition-schema.ts';
import { manifestText, parseManifest, type ParsedManifest } from '../scenario/manifest.ts';
import { makePlan } from '../scenario/plan.ts';
import type { LoadedScenario } from '../scenario/types.ts';
import { CODE, MANIFEST } from '../testing/malformed/scenario-files.ts';
import { mutateText } from '../testing/fuzz/mutate-text.ts';
import { mutateValue } from '../testing/fuzz/mutate-value.ts';
import { randomFrom } from '../testing/fuzz/random.ts';

/** What became of one mutated scenario. */
export type FuzzOutcome = 'refused' | 'accepted';

const sound = parseManifest('manifest.yaml', MANIFEST);
// oxlint-disable-next-line podproof/plain-imports -- the code is a text that others plant as a file
const module = (await import(`data:text/javascript,${encodeURIComponent(CODE)}`)) as { default: unknown };
const definition = module.default;

/**
 * Mutates a manifest or a definition and reads it as the loader does. It must be refused, with problems that point
 * into the text, or accepted as something that can be planned.
 *
 * @throws whatever is thrown: that is the finding
 */
export function fuzzCase(seed: number, index: number): FuzzOutcome {
  const random = randomFrom(seed * 1_000_003 + index);
  return random.chance(3)
    ? tryDefinition(mutateValue(definition, random))
    : tryManifest(mutateText(MANIFEST, random));
}

/** The text of a case, to look at a finding. */
export function fuzzText(seed: number, index: number): string {
  const random = randomFrom(seed * 1_000_003 + index);
  return random.chance(3) ? '(a definition)' : mutateText(MANIFEST, random);
}

function tryManifest(text: string): FuzzOutcome {
  const parsed = parseManifest('manifest.yaml', text);
  const lines = text.split('\n');
  for (const { line, column, message } of parsed.problems) {
    if (line !== undefined && (line < 1 || line > lines.length || (column ?? 1) < 1))
      throw new Error(`a problem at ${String(line)}:${String(column)}, outside of the text: ${message}`);
    if (message.length > 500) throw new Error(`a message of ${String(message.length)} characters`);
  }
  if (parsed.problems.length > 0) return 'refused';
  if (parsed.objects.length === 0) throw new Error('nothing to refuse and nothing read');
  const again = parseManifest('again.yaml', manifestText(parsed.objects));
  if (JSON.stringify(again.objects) !== JSON.stringify(parsed.objects))
    throw new Error('what is written is not what was read');
  plan(definition, parsed);
  return 'accepted';
}

function tryDefinition(exported: unknown): FuzzOutcome {
  return plan(exported, sound);
}

function plan(exported: unknown, manifest: ParsedManifest): FuzzOutcome {
  const shape = readShape(exported);
  if (shape.kind === 'malformed') {
    if (shape.problems.length === 0) throw new Error('malformed without a problem');
    return 'refused';
  }
  const scenario: LoadedScenario = {
    ...shape.scenario,
    folder: 'one',
    manifestFile: 'manifest.yaml',
    objects: manifest.objects,
  };
  const loaded = {
    scenario,
    manifest,
    code: { path: 'one.scenario.ts', text: CODE },
    codeFile: 'one.scenario.ts',
  };
  if (checkTogether(loaded, 'one', { asAuthor: true }).length > 0) return 'refused';
  const units = makePlan([scenario], {
    ids: [],
    mutants: true,
    offer: { schedulableNodes: 2, userNamespaces: true, pods: [] },
  });
  if (units.some(({ claims }) => claims.length === 0)) throw new Error('a unit without a claim');
  return 'accepted';
}
