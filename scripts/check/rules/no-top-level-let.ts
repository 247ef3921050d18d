import type { Rule } from './types.ts';

/** Module state answers for the first cluster when the second one asks: what changes is passed in. */
export const noTopLevelLet: Rule = {
  create: (context) => ({
    VariableDeclaration(node) {
      if (node.kind !== 'let' && node.kind !== 'var') return;
      const parent = node.parent.type === 'ExportNamedDeclaration' ? node.parent.parent : node.parent;
      if (parent?.type !== 'Program') return;
      context.report({ node, message: 'No mutable state in a module: pass it in, or keep it in a class.' });
    },
  }),
};
