import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** Why a file is refused as a whole, in a sentence. */
export class UnreadableFile extends Error {}

const BEGINNING = 64 * 1024;
/** Thousands of short lines stand in it, and between two of these others have their turn. */
const READ_AT_ONCE = 16 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
/** How packed files begin, and with them those of spreadsheet programs: whole, empty, in parts. */
const PACKED = ['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'];

/** What is known of a file before it is read line by line. */
export interface FileKind {
  encoding: string;
  /** The first letters of it. */
  beginning: string;
}

/** Looks at the whole file once: what is no UTF-8 shows it at the last letter perhaps. Throws UnreadableFile. */
export async function fileKind(file: string): Promise<FileKind> {
  const bytes = await beginningOf(file);
  if (bytes.length === 0) throw new UnreadableFile('The file is empty.');
  if (PACKED.includes(Buffer.from(bytes.subarray(0, 4)).toString('latin1')))
    throw new UnreadableFile('The file is of a spreadsheet program, or packed: save it as CSV.');
  const encoding = sixteen(bytes) ?? ((await isUtf8(file, bytes)) ? 'utf-8' : 'windows-1252');
  const beginning = new TextDecoder(encoding).decode(bytes, { stream: true });
  if (beginning.includes('\0')) throw new UnreadableFile('The file is no text: save it as CSV.');
  if (beginning.trim() === '') throw new UnreadableFile('The file is empty.');
  return { encoding, beginning };
}

/** The text of a file, piece by piece. Throws UnreadableFile. */
export async function* textOf(file: string, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: READ_AT_ONCE }))
      yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new UnreadableFile('The file is no text: its encoding is damaged.');
  }
}

async function beginningOf(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(BEGINNING), 0, BEGINNING, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Also where it is damaged: whoever's letters would be read as others is told of it instead. */
async function isUtf8(file: string, beginning: Uint8Array): Promise<boolean> {
  if (Buffer.from(beginning.subarray(0, 3)).equals(BYTE_ORDER_MARK)) return true;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file)) decoder.decode(chunk, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (isDamage(error)) return isMostlyUtf8(file);
    throw error;
  }
}

/** In which more letters of several bytes are whole than damaged: in other encodings hardly ever one is, by chance. */
async function isMostlyUtf8(file: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8');
  let [damaged, whole] = [0, 0];
  for await (const chunk of createReadStream(file))
    for (const letter of decoder.decode(chunk, { stream: true }).match(/[^\0-\x7f]/gu) ?? [])
      letter === '\uFFFD' ? damaged++ : whole++;
  return whole > damaged;
}

/** So the decoder says it; a disk that fails says something else. */
function isDamage(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

/** UTF-16 says so, or shows it: Latin letters in two bytes have a zero in every other one. */
function sixteen(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const some = bytes.subarray(0, 64);
  const zeros = (odd: number) => some.filter((byte, n) => n % 2 === odd && byte === 0).length;
  if (some.length >= 8 && zeros(1) > some.length / 4) return 'utf-16le';
  return some.length >= 8 && zeros(0) > some.length / 4 ? 'utf-16be' : undefined;
}
