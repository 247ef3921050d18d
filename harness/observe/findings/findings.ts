import type { Json } from '../../core/json.ts';
import type { ForeignObject } from '../../core/submission.ts';
import { causeOf } from './causes.ts';
import { byDanger, dangerAlone, dangerOf, isEqual, type Danger } from './danger.ts';
import type { Trait, TraitKind } from './trait.ts';

/** One thing that the pod has, beside what its control has. */
export interface Finding {
  readonly kind: TraitKind;
  readonly about: string;
  /** Names of containers; empty when it is about the pod as a whole. */
  readonly containers: readonly string[];
  readonly danger: Danger;
  /** The fields of the manifest that ask for it, or null for a default. */
  readonly because: string | null;
  readonly subject: string;
  /** null: there is no control to look at. */
  readonly control: string | null;
  readonly differs: boolean;
  /** The whole in one sentence. */
  readonly sentence: string;
  readonly values: { readonly subject: Json; readonly control: Json };
}

/** What stands beside the traits of the subject. */
export type ControlTraits =
  | readonly Trait[]
  /** Nothing was removed from the manifest, so the control would be the same pod. */
  | 'the same pod'
  /** There is one, but it did not come to run, or nobody wanted it. */
  | 'not looked at';

/** A container, or the pod as a whole (no name), with everything that is known of it and of its counterpart. */
export interface Compared {
  readonly container: string | undefined;
  readonly subject: readonly Trait[];
  readonly control: ControlTraits;
}

/** Compares, judges and sorts; containers with the very same finding share one. */
export function findingsOf(compared: readonly Compared[], pod: ForeignObject): readonly Finding[] {
  const findings = compared.flatMap((each) => each.subject.map((trait) => findingOf(trait, each, pod)));
  return merged(findings).toSorted((one, other) => byDanger(one.danger, other.danger));
}

function findingOf(trait: Trait, { container, control }: Compared, pod: ForeignObject): Finding {
  const because = causeOf(trait, pod, container) ?? null;
  const base = {
    kind: trait.kind,
    about: trait.about,
    containers: container === undefined ? [] : [container],
    because,
    subject: trait.text,
  };
  const cause = because === null ? '' : `${because} → `;
  if (typeof control === 'string') {
    return {
      ...base,
      danger: control === 'the same pod' ? 'none' : dangerAlone(trait),
      control: null,
      differs: false,
      sentence: `${cause}${trait.text}`,
      values: { subject: trait.value, control: null },
    };
  }
  const other = control.find(({ kind, about }) => kind === trait.kind && about === trait.about);
  const differs = other === undefined || !isEqual(trait, other);
  return {
    ...base,
    danger: dangerOf(trait, other),
    control: other?.text ?? INSTEAD[trait.kind] ?? 'nothing of it',
    differs,
    sentence: `${cause}${trait.text}; ${controlWords(trait, other, differs)}`,
    values: { subject: trait.value, control: other?.value ?? null },
  };
}

/** What the control has where the subject has something of the node. */
const INSTEAD: Readonly<Partial<Record<TraitKind, string>>> = {
  'host path': 'an empty directory of its own',
  devices: 'not known',
};

function controlWords(trait: Trait, other: Trait | undefined, differs: boolean): string {
  if (!differs) return 'so does the control';
  if (trait.kind === 'namespace' && trait.text.startsWith('shares')) return 'the control does not';
  return `the control: ${other?.text ?? INSTEAD[trait.kind] ?? 'nothing of it'}`;
}

function merged(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, ({ kind, about, danger, subject, control, because }) =>
    JSON.stringify([kind, about, danger, subject, control, because]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ ...first, containers: [...new Set(group.flatMap(({ containers }) => containers))] }];
  });
}
