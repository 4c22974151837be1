/** Answers of pure functions of a text, kept for the texts that came lately. */

/** Texts a generation: a screen has some hundred rows, and most of them come again in the next frame. */
const generationSize = 512;

/**
 * The same text with characters of its own. A line of a longer text is a view of it for the machine, and whoever keeps the line keeps all of the text:
 * a memory of lines would be one of frames.
 */
function own(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** `answer` with a bounded memory: what was asked in this generation or the one before is not worked out again. */
export function remembered<T>(answer: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const kept = own(text);
    const result = old.get(text) ?? answer(kept);
    if (young.size >= generationSize) {
      old = young;
      young = new Map();
    }
    young.set(kept, result);
    return result;
  };
}
