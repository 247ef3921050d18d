import type { Expression, Rule } from './types.ts';

const EXIT = /exit_?(code|status)/i;

/** A killed command has no exit code. A default number would turn "we do not know" into an answer. */
export const noDefaultExitCode: Rule = {
  create: (context) => ({
    LogicalExpression(node) {
      if (node.operator === '&&' || !isNumber(node.right) || !isExitCode(node.left)) return;
      context.report({
        node,
        message: 'A missing exit code is not a number: handle every kind of CommandResult.',
      });
    },
  }),
};

function isNumber(node: Expression): boolean {
  if (node.type === 'UnaryExpression') return isNumber(node.argument);
  return node.type === 'Literal' && typeof node.value === 'number';
}

/** `code` alone is what Node hands to a `close` listener; as a property it is often something else, such as HTTP. */
function isExitCode(node: Expression): boolean {
  if (node.type === 'Identifier') return node.name === 'code' || EXIT.test(node.name);
  if (node.type === 'ChainExpression') return isExitCode(node.expression);
  if (node.type !== 'MemberExpression') return false;
  const { property } = node;
  if (property.type === 'Literal') return EXIT.test(String(property.value));
  return property.type === 'Identifier' && EXIT.test(property.name);
}
