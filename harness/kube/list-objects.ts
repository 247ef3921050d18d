import type { Deadline } from '../core/deadline.ts';
import { HarnessError } from '../core/errors.ts';
import type { KubeObject } from '../core/kube.ts';
import { refusal } from './api-errors.ts';
import { parsePage } from './parse-object.ts';
import type { Transport } from './transport.ts';

const PAGE_SIZE = 500;

export interface Listing {
  readonly items: readonly KubeObject[];
  /** From where a watch can go on. */
  readonly resourceVersion: string | undefined;
}

/**
 * All objects of a collection, page by page. A page token lives for some minutes only; when the server forgot it,
 * the list starts again, once.
 *
 * @throws InfrastructureError, TimeoutError
 */
export async function listObjects(
  transport: Transport,
  where: { readonly path: string; readonly selectors: Readonly<Record<string, string>> },
  deadline: Deadline,
): Promise<Listing> {
  try {
    return await listPages(transport, where, deadline);
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== 'API_GONE') throw error;
    return listPages(transport, where, deadline);
  }
}

async function listPages(
  transport: Transport,
  where: { readonly path: string; readonly selectors: Readonly<Record<string, string>> },
  deadline: Deadline,
): Promise<Listing> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  for (;;) {
    const query = {
      ...where.selectors,
      limit: String(PAGE_SIZE),
      ...(next === undefined ? {} : { continue: next }),
    };
    const { status, body, asked } = await transport.ask({ method: 'GET', path: where.path, query }, deadline);
    if (status !== 200) throw refusal(asked, status, body);
    const page = parsePage(body, asked);
    items.push(...page.items);
    if (page.next === undefined) return { items, resourceVersion: page.resourceVersion };
    next = page.next;
  }
}
