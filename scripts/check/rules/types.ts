import type { RuleTester } from 'oxlint/plugins-dev';

/**
 * The types that oxlint uses for plugins. It exports them only through its rule tester, so they are taken from there
 * instead of adding a package for types alone.
 */
export type Rule = Exclude<Parameters<RuleTester['run']>[1], { createOnce: unknown }>;

type Visitor = ReturnType<Rule['create']>;

/** The syntax node that a visitor of this name gets. */
export type NodeOf<Name extends keyof Visitor> = Parameters<NonNullable<Visitor[Name]>>[0];

export type AnyNode = NonNullable<NodeOf<'Identifier'>['parent']>;
export type Expression = NodeOf<'LogicalExpression'>['left'];
