/** FIN plus opcode 1: one whole text message. */
const TEXT_FRAME = 0x81;

/**
 * Several WebSocket text frames in one buffer, as a server sends them (unmasked). One write of it is, for the client,
 * the same as one write for each frame.
 */
export function encodeTextFrames(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  let total = 0;
  for (const length of lengths) total += headerBytes(length) + length;
  const buffer = Buffer.allocUnsafe(total);
  let offset = 0;
  for (const [index, text] of texts.entries()) {
    const length = lengths[index] ?? 0;
    offset = writeHeader(buffer, offset, length);
    buffer.write(text, offset, length, 'utf8');
    offset += length;
  }
  return buffer;
}

const headerBytes = (length: number) => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

function writeHeader(buffer: Buffer, start: number, length: number): number {
  let offset = start;
  buffer[offset++] = TEXT_FRAME;
  if (length < 126) {
    buffer[offset++] = length;
    return offset;
  }
  if (length < 65_536) {
    buffer[offset++] = 126;
    return buffer.writeUInt16BE(length, offset);
  }
  buffer[offset++] = 127;
  return buffer.writeBigUInt64BE(BigInt(length), offset);
}
