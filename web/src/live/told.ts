// What happened, in words: one sentence for each kind of fact, in both languages.
import { amount, clockTime, span, yuan } from '../core/format'
import type { Language } from '../core/words'

export interface Entry { id: string; kind: string; at: string; by: string; body: Record<string, unknown> }
export interface Names {
  unit: (id: string) => string
  kind: (code: string) => string
  state: (code: string) => string
  move: (code: string) => string
  clock: (code: string) => string
  document: (kind: string) => string
}
export type Tone = 'plain' | 'good' | 'warn' | 'bad'

type Body = Record<string, unknown>
type Say = (body: Body, names: Names, language: Language) => string
type Line = [Tone, Say]

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const both = (zh: string, en: string): Say => (_, __, language) => (language === 'zh' ? zh : en)
const withReason = (said: string, body: Body) => (text(body['reason']) ? `${said}（${text(body['reason'])}）` : said)
const unitSaid = (zh: string, en: string): Say => (body, names, language) => withReason(`${names.unit(text(body['unit_id']))} ${language === 'zh' ? zh : en}`, body)
const clockSaid = (zh: string, en: string): Say => (body, names, language) => `${names.clock(text(body['clock']))} ${language === 'zh' ? zh : en}`
const claimSaid = (zh: string, en: string): Say => (body, _, language) => withReason(language === 'zh' ? zh : en, body)
const quantity = (body: Body, language: Language) => amount(body['quantity'] as { amount: number; unit: string }, language)
const party = (body: Body, language: Language) => ({ giver: { zh: '交付方', en: 'The giver' }, receiver: { zh: '接收方', en: 'The receiver' } })[text(body['party'])]?.[language] ?? text(body['party'])

export const SENTENCES: Record<string, Line> = {
  CaseOpened: ['plain', (body, _, language) => `${language === 'zh' ? '已受理' : 'Case opened'}：${text(body['title'])}`],
  CaseMoved: ['plain', (body, names) => `${names.move(text(body['move']))} → ${names.state(text(body['to_state']))}${text(body['note']) ? `：${text(body['note'])}` : ''}`],
  CaseClosed: ['good', both('已结案', 'Case closed')],
  CaseReopened: ['warn', both('重新打开', 'Opened again')],
  CaseAssigned: ['plain', (body, names, language) => `${language === 'zh' ? '交由' : 'Given to'} ${names.unit(text(body['assignee']) || text(body['responsible_unit']))}`],
  CaseNoted: ['plain', (body) => text(body['note']) || text(body['text'])],
  PriorityChanged: ['plain', (body, _, language) => `${language === 'zh' ? '优先级' : 'Priority'} ${text(body['priority'])}`],
  ReportLinked: ['plain', both('关联报件', 'A report was linked')],
  CaseJoined: ['plain', both('与另一案件合并', 'Joined to another case')],
  ClockPaused: ['warn', clockSaid('暂停计时', 'stands still')],
  ClockResumed: ['plain', clockSaid('恢复计时', 'runs on')],
  ClockExtended: ['warn', clockSaid('延长', 'was extended')],
  ClockWarned: ['warn', clockSaid('即将届满', 'is close to its limit')],
  ClockBreached: ['bad', clockSaid('已超时', 'ran over')],
  ClockEscalated: ['bad', clockSaid('超时升级', 'was escalated')],
  ClockStopped: ['plain', (body, names, language) => {
    const over = Number(body['over_us'] ?? 0) / 1e6
    const used = span(Number(body['counted_us'] ?? 0) / 1e6, language)
    const late = over > 0 ? (language === 'zh' ? `，超时 ${span(over, language)}` : `, ${span(over, language)} late`) : ''
    return language === 'zh' ? `${names.clock(text(body['clock']))} 停止，用时 ${used}${late}` : `${names.clock(text(body['clock']))} stopped after ${used}${late}`
  }],
  ApprovalAsked: ['warn', claimSaid('申请审批', 'An approval was asked for')],
  ApprovalDecided: ['plain', (body, _, language) => (body['granted'] ? (language === 'zh' ? '审批同意' : 'Approval granted') : language === 'zh' ? '审批不同意' : 'Approval refused')],
  JobProposed: ['warn', unitSaid('拟派，待值班员确认', 'proposed, waits for approval')],
  JobOffered: ['plain', (body, names, language) => `${names.unit(text(body['unit_id']))} ${language === 'zh' ? `派单，预计 ${clockTime(text(body['eta_at']), language)} 到达` : `was asked, expected ${clockTime(text(body['eta_at']), language)}`}`],
  OfferExpired: ['warn', unitSaid('未在时限内答复', 'did not answer in time')],
  JobDeclined: ['warn', unitSaid('拒单', 'declined')],
  JobAccepted: ['good', unitSaid('接单', 'accepted')],
  JobWithdrawn: ['warn', claimSaid('任务收回', 'The job was withdrawn')],
  JobAborted: ['bad', unitSaid('无法继续，正在改派', 'cannot go on')],
  NoUnitFound: ['bad', (body, _, language) => `${language === 'zh' ? '暂无可派队伍' : 'Nobody can come now'}：${text(body[`honest_${language}`])}`],
  DispatchRetried: ['plain', both('重新派单', 'Looking again for a unit')],
  UnitPinned: ['plain', unitSaid('指定承办', 'was fixed for it')],
  UnitSetOut: ['plain', unitSaid('出发', 'set out')],
  ArrivalClaimed: ['warn', unitSaid('自报到达，待船位证实', 'says it is alongside')],
  UnitArrived: ['good', unitSaid('到达，船位证实', 'arrived, by its position')],
  CollectionWeighed: ['plain', (body, names, language) => `${names.kind(text(body['kind']))} ${quantity(body, language)}${Number(body['version'] ?? 1) > 1 ? (language === 'zh' ? '（更正）' : ' (corrected)') : ''}`],
  ContentRefused: ['warn', (body, names, language) => withReason(`${language === 'zh' ? '拒收' : 'Refused'} ${names.kind(text(body['kind']))}`, body)],
  EvidenceAttached: ['plain', both('附上照片', 'A photo was attached')],
  HandoverSigned: ['plain', (body, _, language) => `${party(body, language)}${language === 'zh' ? '签字' : ' signed'}`],
  JobCompleted: ['good', (body, names, language) => `${names.unit(text(body['unit_id']))} ${body['partial'] ? (language === 'zh' ? '部分完成交接' : 'completed in part') : language === 'zh' ? '完成交接' : 'completed the handover'}`],
  FieldConflictReported: ['bad', (body, _, language) => `${language === 'zh' ? '迟到的上报与现状不符' : 'A late report no longer fits'}：${text(body[language])}`],
  DocumentIssued: ['good', (body, names, language) => `${language === 'zh' ? '开具' : 'Issued'} ${names.document(text(body['kind']))} ${text(body['number'])}`],
  DocumentWithdrawn: ['bad', claimSaid('单证作废', 'A document was withdrawn')],
  DocumentReplaced: ['warn', claimSaid('单证更正', 'A document was corrected')],
  ClaimComputed: ['good', (body, _, language) => `${language === 'zh' ? '补贴核算' : 'Subsidy computed'} ${yuan(Number(body['payable_fen'] ?? 0))} ${language === 'zh' ? '元' : 'yuan'}`],
  ClaimChecked: ['good', claimSaid('补贴核对通过', 'Subsidy checked')],
  ClaimApproved: ['good', claimSaid('补贴审批通过', 'Subsidy approved')],
  ClaimPaid: ['good', (body, _, language) => `${language === 'zh' ? '补贴已发放' : 'Subsidy paid'} ${yuan(Number(body['amount_fen'] ?? 0))}`],
  ClaimHeld: ['warn', claimSaid('补贴暂缓', 'Subsidy held')],
  ClaimReleased: ['plain', claimSaid('补贴恢复办理', 'Subsidy goes on')],
  ClaimRejected: ['bad', claimSaid('补贴不予发放', 'Subsidy refused')],
  ClaimReversed: ['warn', claimSaid('补贴冲回', 'Subsidy taken back')],
}

/** The facts that people read, as lines; bookkeeping behind them is left out. */
export function told(entry: Entry, names: Names, language: Language): { tone: Tone; text: string } | null {
  const sentence = SENTENCES[entry.kind]
  return sentence ? { tone: sentence[0], text: sentence[1](entry.body, names, language) } : null
}
