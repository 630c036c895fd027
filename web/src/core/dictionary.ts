// A face's own words, loaded with the face: a key that is missing in one language does not compile.
import { useSettings } from './settings'
import type { Language } from './words'

export function useWords<Word extends string>(words: Record<Language, Record<Word, string>>): Record<Word, string> {
  return words[useSettings().language]
}

/** Put values into the places `{}` of a text, in their order. */
export function filled(text: string, ...values: (string | number)[]): string {
  let place = 0
  return text.replace(/\{\}/g, () => String(values[place++] ?? ''))
}
