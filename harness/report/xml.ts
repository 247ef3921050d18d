/** A piece of XML that is complete and escaped. */
export interface Xml {
  readonly xml: string;
}

/**
 * An element. Attributes that are undefined are left out; texts are escaped, and characters that XML 1.0 does not
 * allow anywhere, not even escaped, are dropped (https://www.w3.org/TR/xml/#charsets).
 *
 * @example element('failure', { message: 'a < b' }, ['details'])
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: readonly (Xml | string)[] = [],
): Xml {
  const head = Object.entries(attributes)
    .filter((entry) => entry[1] !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${escapeXml(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`,
    )
    .join('');
  if (children.length === 0) return { xml: `<${name}${head}/>` };
  const body = children.map((child) => (typeof child === 'string' ? escapeXml(child) : `\n${child.xml}`));
  const end = children.some((child) => typeof child !== 'string') ? '\n' : '';
  return { xml: `<${name}${head}>${body.join('')}${end}</${name}>` };
}

const ILLEGAL = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** `>` is escaped too, so that `]]>` cannot occur. */
function escapeXml(text: string): string {
  return text.replace(ILLEGAL, '').replace(/[<>&"']/g, (sign) => ENTITIES[sign] ?? sign);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};
