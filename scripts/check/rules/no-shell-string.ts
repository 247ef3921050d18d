import type { AnyNode, NodeOf, Rule } from './types.ts';

type Item = AnyNode | null;

const MESSAGE =
  'Commands are argv arrays: pass values as arguments (`sh -c script name value`), never inside the script.';

/** A value inside a shell script is quoted wrong sooner or later, and differently on every machine. */
export const noShellString: Rule = {
  create: (context) => {
    const checkList = (items: readonly Item[]) => {
      for (const [at, item] of items.entries()) {
        const script = items[at + 2];
        if (isShell(text(item)) && /^-[a-z]*c$/.test(text(items[at + 1])) && script && isBuilt(script))
          context.report({ node: script, message: MESSAGE });
      }
    };
    return {
      ArrayExpression: (node) => checkList(node.elements),
      CallExpression: (node) => checkList(node.arguments),
      Property(node) {
        if (node.key.type !== 'Identifier' || node.key.name !== 'shell' || node.value.type !== 'Literal')
          return;
        if (node.value.value === false) return;
        context.report({
          node,
          message: 'No shell between us and the command: it would parse the arguments again.',
        });
      },
      ImportSpecifier(node) {
        const from = node.parent.type === 'ImportDeclaration' ? node.parent.source.value : '';
        if (!/^(node:)?child_process$/.test(from) || !/^exec(Sync)?$/.test(importedName(node))) return;
        context.report({ node, message: 'exec runs a shell: use execFile or spawn with an argv array.' });
      },
    };
  },
};

function text(node: Item | undefined): string {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : '';
}

function isShell(program: string): boolean {
  return /^(.*\/)?(ba|da|a|z|k)?sh$/.test(program);
}

/** Put together at run time: a template with holes, a sum, a joined list. */
function isBuilt(node: AnyNode): boolean {
  if (node.type === 'TemplateLiteral') return node.expressions.length > 0;
  if (node.type === 'BinaryExpression') return text(node.left) === '' || text(node.right) === '';
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { property, object } = node.callee;
  const isConstantList =
    object.type === 'ArrayExpression' && object.elements.every((item) => text(item) !== '');
  return (
    property.type === 'Identifier' && /^(join|concat|replace(All)?)$/.test(property.name) && !isConstantList
  );
}

function importedName(node: NodeOf<'ImportSpecifier'>): string {
  return node.imported.type === 'Identifier' ? node.imported.name : node.imported.value;
}
