/** A line that is not JSON: what comes after it cannot be trusted either. */
class BrokenLineError extends Error {
  constructor(line: string, cause: unknown) {
    super(`not a line of JSON: ${JSON.stringify(line.slice(0, 200))}`, { cause });
    this.name = 'BrokenLineError';
  }
}

/**
 * Values of a stream with one JSON text per line, however the bytes are cut into chunks. A last line without its
 * line feed was cut on the way and is left out.
 *
 * @throws BrokenLineError
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') yield parseLine(line);
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new BrokenLineError(line, error);
  }
}
