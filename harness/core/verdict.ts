/**
 * The four honest answers. `holds` needs the subject to show what the claim says *and* the control to show the
 * opposite. `inconclusive` means that we could not find out; it is never green.
 */
export type Verdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'contradicted'; readonly reasons: readonly Mismatch[] }
  | { readonly kind: 'inconclusive'; readonly why: string }
  | { readonly kind: 'skipped'; readonly reason: string };

export interface Mismatch {
  /** Whose observation did not fit. */
  readonly role: 'subject' | 'control';
  readonly expected: string;
  readonly seen: string;
}

export type VerdictKind = Verdict['kind'];
