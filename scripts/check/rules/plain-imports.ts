import type { AnyNode, NodeOf, Rule } from './types.ts';

/**
 * The import table works on the written text of an import. This rule keeps that text honest: no detours
 * (`../core/../docker`), no computed names, no type queries, no require.
 */
export const plainImports: Rule = {
  create: (context) => {
    const checkPath = (node: AnyNode, path: string) => {
      if (!path.startsWith('.') || /^(\.\/|(\.\.\/)+)[^./][^/]*(\/[^./][^/]*)*$/.test(path)) return;
      context.report({ node, message: `'${path}' takes a detour: write the shortest relative path.` });
    };
    const checkSource = (source: NodeOf<'ImportDeclaration'>['source'] | null) => {
      if (source) checkPath(source, source.value);
    };
    return {
      ImportDeclaration(node) {
        checkSource(node.source);
      },
      ExportNamedDeclaration(node) {
        checkSource(node.source);
      },
      ExportAllDeclaration(node) {
        checkSource(node.source);
      },
      ImportExpression(node) {
        if (node.source.type === 'Literal') checkPath(node.source, String(node.source.value));
        else
          context.report({
            node,
            message: 'A computed import cannot be checked: write the path as a string.',
          });
      },
      TSImportType: (node) => {
        context.report({
          node,
          message: 'Write `import type` at the top: the import table does not see this form.',
        });
      },
      Identifier(node) {
        if (node.name !== 'createRequire' && node.name !== 'require') return;
        context.report({ node, message: 'require goes around the import table: use import.' });
      },
    };
  },
};
