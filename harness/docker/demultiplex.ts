export interface Demultiplexer {
  write(chunk: Buffer): void;
  /** Why what came so far is not a whole number of frames, or undefined when it is. */
  problem(): string | undefined;
}

const HEADER_BYTES = 8;

/**
 * Splits Docker's stream of frames (one byte stream number, three zeros, four bytes length, payload) into stdout
 * and stderr. dockerode's own splitter passes a broken stream on as if it were stdout and cannot tell a stream that
 * was cut inside a frame from a complete one; an oracle needs to know both.
 *
 * @see Docker Engine API, "Attach to a container", stream format
 * @example const frames = demultiplex((stream, chunk) => …); socket.on('data', (chunk) => frames.write(chunk))
 */
export function demultiplex(onPayload: (stream: 'stdout' | 'stderr', chunk: Buffer) => void): Demultiplexer {
  let header = Buffer.alloc(0);
  let missing = 0;
  let stream: 'stdout' | 'stderr' = 'stdout';
  let malformed: string | undefined;

  /** Takes as much as the current frame needs and returns the rest. */
  const step = (chunk: Buffer): Buffer => {
    if (missing > 0) {
      const payload = chunk.subarray(0, missing);
      missing -= payload.length;
      onPayload(stream, payload);
      return chunk.subarray(payload.length);
    }
    const wanted = HEADER_BYTES - header.length;
    header = Buffer.concat([header, chunk.subarray(0, wanted)]);
    if (header.length === HEADER_BYTES) {
      const number = header.readUInt8(0);
      if (number > 2 || header.readUIntBE(1, 3) !== 0) {
        malformed = `a frame header ${header.toString('hex')} that Docker does not send`;
      }
      stream = number === 2 ? 'stderr' : 'stdout';
      missing = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
    return chunk.subarray(wanted);
  };

  return {
    write(chunk) {
      for (let rest = chunk; rest.length > 0 && malformed === undefined;) rest = step(rest);
    },
    problem() {
      if (malformed !== undefined) return malformed;
      return missing > 0 || header.length > 0 ? 'the stream ended inside a frame' : undefined;
    },
  };
}
