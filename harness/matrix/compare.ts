import type { ResultV1 } from '../report/result-v1.ts';
import { answerOf, manifestOf, questionsOf, type Answer, type AnswerKind, type Question } from './answers.ts';
import { goesWith, propertiesOf, type Companion, type Properties } from './goes-with.ts';
import { lasting } from './lasting.ts';

/** A column of the table. */
export interface ComparedCell {
  readonly name: string;
  /** undefined when it was not run. */
  readonly result: ResultV1 | undefined;
}

/** Everything that can be said about several results side by side. */
export interface Comparison {
  readonly rows: readonly Row[];
  /** Verdicts that are not the same in all cells that were run: the loud ones first. */
  readonly differences: readonly Difference[];
}

export interface Row extends Question {
  /** In the order of the cells. */
  readonly answers: readonly Answer[];
  /** The same verdict everywhere, but something else was seen. */
  readonly isOtherwiseSeen: boolean;
}

export interface Difference extends Question {
  /** False when the claim only could not be shown somewhere, for a reason known before the start. */
  readonly isLoud: boolean;
  readonly groups: readonly Group[];
  readonly goesWith: readonly Companion[];
}

/** Cells with the same verdict. */
export interface Group {
  readonly kind: AnswerKind;
  readonly cells: readonly { readonly name: string; readonly answer: Answer }[];
}

/**
 * Compares results claim by claim. Pure: nothing but the results decides what comes out, so that stored ones can be
 * compared at any time and on any machine.
 */
export function compareResults(cells: readonly ComparedCell[]): Comparison {
  const questions = Map.groupBy(
    cells.flatMap(({ result }) => (result === undefined ? [] : questionsOf(result))),
    ({ id }) => id,
  );
  const rows = [...questions.values()].flatMap(([question]) =>
    question === undefined ? [] : [rowOf(question, cells)],
  );
  const differences = rows.flatMap((row) => differenceOf(row, cells));
  const [loud, quiet] = [true, false].map((wanted) => differences.filter(({ isLoud }) => isLoud === wanted));
  return { rows, differences: [...(loud ?? []), ...(quiet ?? [])] };
}

function rowOf(question: Question, cells: readonly ComparedCell[]): Row {
  const answers = cells.map(({ result }) => answerOf(result, question));
  const given = answers.filter(({ kind }) => kind !== 'not run');
  const isOneKind = new Set(given.map(({ kind }) => kind)).size === 1;
  const words = new Set(given.map(({ seen, controlSeen }) => lasting(`${seen}\0${controlSeen}`)));
  return { ...question, answers, isOtherwiseSeen: isOneKind && words.size > 1 };
}

/** Of one row: empty when all cells that were run say the same. */
function differenceOf(row: Row, cells: readonly ComparedCell[]): readonly Difference[] {
  const answered = row.answers.flatMap((answer, index) => {
    const cell = cells[index];
    return cell?.result === undefined ? [] : [{ cell, answer }];
  });
  const byKind = [...Map.groupBy(answered, ({ answer }) => answer.kind)];
  if (byKind.length < 2) return [];
  const { id, unit, about } = row;
  return [
    {
      ...{ id, unit, about },
      isLoud: byKind.filter(([kind]) => kind !== 'skipped').length > 1,
      groups: byKind.map(([kind, members]) => ({
        kind,
        cells: members.map(({ cell, answer }) => ({ name: cell.name, answer })),
      })),
      goesWith: goesWith(
        byKind.map(([, members]) => members.map(({ cell }) => propertiesFor(row, cell.result))),
      ),
    },
  ];
}

/** The manifest counts among the properties: cells that applied another one did not ask the same question. */
function propertiesFor(question: Question, result: ResultV1 | undefined): Properties {
  const manifest = manifestOf(result, question);
  return {
    ...(result === undefined ? {} : propertiesOf(result)),
    ...(manifest === undefined ? {} : { manifest: manifest.slice(0, 'sha256:'.length + 12) }),
  };
}
