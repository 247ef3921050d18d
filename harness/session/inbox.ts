/** What a session program has written and nobody has read yet. One reader at a time. */
export interface Inbox {
  push(chunk: Buffer): void;
  /** What the program says about itself on stderr; told when the stream breaks. */
  complain(chunk: Buffer): void;
  /** No more will come. The first reason counts. */
  fail(why: string): void;
  /** Nothing is unread, and more may come. */
  isQuiet(): boolean;
  /** @throws Error with the reason when no whole line will come */
  line(): Promise<string>;
  /** @throws Error with the reason when so many bytes will never come */
  bytes(count: number): Promise<Buffer>;
}

/** No program keeps more than 8 MiB of a stream; one that sends on without end must not fill our memory. */
const MAX_UNREAD_BYTES = 17 * 1024 * 1024;
const MAX_LINE_BYTES = 256;
const MAX_COMPLAINT = 300;

export function createInbox(): Inbox {
  let chunks: Buffer[] = [];
  let unread = 0;
  let complaints = '';
  let broken: string | undefined;
  let wake: (() => void) | undefined;
  const whole = (): Buffer => {
    const [first] = chunks;
    if (chunks.length === 1 && first !== undefined) return first;
    const joined = Buffer.concat(chunks);
    chunks = [joined];
    return joined;
  };
  const take = (count: number): Buffer => {
    const all = whole();
    unread -= count;
    chunks = unread === 0 ? [] : [all.subarray(count)];
    return all.subarray(0, count);
  };
  const fail = (why: string): void => {
    broken ??= why;
    wake?.();
  };
  const until = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (broken !== undefined)
        throw new Error(complaints === '' ? broken : `${broken}: ${complaints.trim()}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    push(chunk) {
      if (broken !== undefined) return;
      chunks.push(chunk);
      unread += chunk.length;
      if (unread > MAX_UNREAD_BYTES) fail('the session program sends more than it was asked for');
      else wake?.();
    },
    complain(chunk) {
      complaints = (complaints + chunk.toString()).slice(0, MAX_COMPLAINT);
    },
    fail,
    isQuiet: () => broken === undefined && unread === 0,
    line: () =>
      until(() => {
        const end = whole().indexOf(10);
        if (end === -1 && unread > MAX_LINE_BYTES)
          fail('the session program sends something else than answers');
        return end === -1 ? undefined : take(end + 1).toString('utf8', 0, end);
      }),
    bytes: (count) => until(() => (unread < count ? undefined : take(count))),
  };
}
