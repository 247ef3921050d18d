/** What survives a trip through a file. Observations are made of it, so that a stored run can be judged again. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
