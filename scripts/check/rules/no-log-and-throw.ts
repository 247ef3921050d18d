import type { AnyNode, NodeOf, Rule } from './types.ts';

interface Catch {
  readonly node: NodeOf<'CatchClause'>;
  logs: AnyNode | undefined;
  throws: boolean;
}

const LOGGER = /^(console|log|logger)$/i;

/** Whoever handles an error prints it once. Printing it on the way up doubles the noise at the worst moment. */
export const noLogAndThrow: Rule = {
  create: (context) => {
    const open: Catch[] = [];
    return {
      CatchClause: (node) => {
        open.push({ node, logs: undefined, throws: false });
      },
      ThrowStatement: () => {
        const current = open.at(-1);
        if (current) current.throws = true;
      },
      CallExpression: (node) => {
        const current = open.at(-1);
        if (current && isLogCall(node)) current.logs ??= node;
      },
      'CatchClause:exit': () => {
        const current = open.pop();
        if (current?.logs && current.throws)
          context.report({
            node: current.logs,
            message: 'Log or throw, not both: give the facts to the error.',
          });
      },
    };
  },
};

function isLogCall({ callee }: NodeOf<'CallExpression'>): boolean {
  if (callee.type !== 'MemberExpression') return false;
  const { object } = callee;
  if (object.type === 'Identifier') return LOGGER.test(object.name);
  if (object.type !== 'MemberExpression') return false;
  const { property } = object;
  return (
    (property.type === 'Identifier' || property.type === 'PrivateIdentifier') && LOGGER.test(property.name)
  );
}
