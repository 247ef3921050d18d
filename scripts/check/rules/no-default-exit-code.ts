import type { Expression, Rule } from './types.ts';

/** A killed command has no exit code. A default number would turn "we do not know" into an answer. */
export const noDefaultExitCode: Rule = {
  create: (context) => ({
    LogicalExpression(node) {
      if (node.operator === '&&' || !isNumber(node.right) || !isExitCode(lastName(node.left))) return;
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

function isExitCode(name: string): boolean {
  return name === 'code' || /exit_?(code|status)/i.test(name);
}

function lastName(node: Expression): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'ChainExpression') return lastName(node.expression);
  if (node.type !== 'MemberExpression') return '';
  if (node.property.type === 'Literal') return String(node.property.value);
  return node.property.type === 'Identifier' ? node.property.name : '';
}
