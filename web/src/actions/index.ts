// Everything an operator can do with a case, in the order in which it is offered.
import type { Action, Matter } from './action'
import { approveOffer } from './approve_offer'
import { approveClaim, checkClaim, holdClaim } from './claims'
import { grantApproval, refuseApproval } from './decide_approval'
import { forbidUnit } from './forbid_unit'
import { joinCases } from './join_cases'
import { movesOf } from './move_case'
import { noteOnCase } from './note_on_case'
import { pinUnit } from './pin_unit'
import { reassign } from './reassign'
import { retryDispatch } from './retry_dispatch'
import { setPriority } from './set_priority'
import { unpinUnit } from './unpin_unit'
import { withdrawJob } from './withdraw_job'

export const ACTIONS: readonly Action[] = [grantApproval, refuseApproval, approveOffer, retryDispatch, reassign, pinUnit, unpinUnit, forbidUnit, withdrawJob, checkClaim, approveClaim, holdClaim, setPriority, noteOnCase, joinCases]

/** What this officer can do with this case now. */
export function actionsFor(matter: Matter, roles: readonly string[]): Action[] {
  const mine = (action: Action) => action.who.length === 0 || action.who.some((role) => roles.includes(role))
  const first = ACTIONS.slice(0, 4).filter((action) => mine(action) && action.when(matter))
  const rest = ACTIONS.slice(4).filter((action) => mine(action) && action.when(matter))
  const moves = movesOf(matter)
  return [...first, ...moves.filter((move) => !move.danger), ...rest, ...moves.filter((move) => move.danger)]
}

/** What makes sense for all of these cases at once. */
export function actionsForAll(matters: readonly Matter[], roles: readonly string[]): Action[] {
  const [head, ...others] = matters.map((matter) => actionsFor(matter, roles).filter((action) => action.bulk))
  return (head ?? []).filter((action) => others.every((each) => each.some((one) => one.id === action.id)))
}
