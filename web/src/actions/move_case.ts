// The moves of a lifecycle are the pack's: as many actions as the case file offers this officer now.
import { caseOf, type Action, type Matter } from './action'

const HARSH = new Set(['cancel', 'void', 'rework'])

export function movesOf(matter: Matter): Action[] {
  return matter.file.moves.filter((move) => move.needs_values.length === 0).map((move, place) => ({
    id: `move_${move.move}`, words: { zh: move.zh, en: move.en }, key: place < 3 ? 'fdz'[place] : undefined, who: [], asks: { words: move.needs_note ? 'required' : 'optional' }, danger: HARSH.has(move.move), bulk: true,
    when: (one) => one.file.moves.some((each) => each.move === move.move),
    command: (one, { words }) => ({ path: `${caseOf(one)}/moves`, body: { move: move.move, note: words } }),
  }))
}
