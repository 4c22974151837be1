/** Answers of pure functions of a text, kept for the texts that came lately. */

/** Texts a generation: a screen has some hundred rows, and most of them come again in the next frame. */
const generationSize = 512;

/** `answer` with a bounded memory: what was asked in this generation or the one before is not worked out again. */
export function remembered<T>(answer: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    const result = old.get(text) ?? answer(text);
    if (young.size >= generationSize) {
      old = young;
      young = new Map();
    }
    young.set(text, result);
    return result;
  };
}
