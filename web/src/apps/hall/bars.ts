import type { Parts } from './model'

const WORDS = [['until_free_s', 'hall_wait'], ['turnout_s', 'hall_turnout'], ['travel_s', 'hall_travel'], ['approach_s', 'hall_approach']] as const

/** The parts of a time of arrival that are not nothing, in their order. */
export const barOf = (parts: Parts) => WORDS.map(([part, word]) => ({ word, seconds: parts[part] })).filter((one) => one.seconds > 0)
