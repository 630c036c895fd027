// What this officer may do with this case now: the moves the case file offers, the job, the claim, approvals.
import { useState, type ReactNode } from 'react'

import { Trouble } from '../../components/Trouble'
import { post } from '../../core/api'
import { span } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import type { Names } from '../../live/told'
import { RankedRow, RejectedRows } from './Decision'
import type { Candidates, CaseFile, Claim, History, UnitView } from './model'

interface Props {
  file: CaseFile
  history: History | undefined
  claims: Claim[]
  units: UnitView[]
  roles: string[]
  names: Names
  onDone: () => void
}

interface Asked { key: string; title: string; path: string; body: (words: string, unit: string) => Record<string, unknown>; needsWords: boolean; candidates?: string; danger?: boolean }

export function CaseActions({ file, history, claims, units, roles, names, onDone }: Props) {
  const { t, language } = useSettings()
  const [asked, setAsked] = useState<Asked>()
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const desk = roles.includes('duty_officer') || roles.includes('shift_leader')
  const at = `/api/v1/cases/${file.case.case_id}`
  const job = history?.job
  const claim = claims.at(-1)
  const of = (verb: string) => `/api/v1/jobs/${job?.job_id}/${verb}`
  const actions: Asked[] = file.moves.filter((move) => move.needs_values.length === 0).map((move) => ({
    key: `move-${move.move}`, title: move[language], path: `${at}/moves`, needsWords: move.needs_note, danger: ['cancel', 'void', 'rework'].includes(move.move),
    body: (words) => ({ move: move.move, note: words }),
  }))
  if (desk && job) {
    if (job.state === 'proposed' && job.unit_id) actions.unshift({ key: 'approve', title: `${t('hall_approve_offer')} ${names.unit(job.unit_id)}`, path: of('approve'), needsWords: false, body: (words) => ({ unit_id: job.unit_id, reason: words }) })
    if (['offered', 'accepted', 'proposed'].includes(job.state)) {
      actions.push({ key: 'reassign', title: t('hall_reassign'), path: of('reassign'), needsWords: true, candidates: of('candidates'), body: (words, unit) => ({ unit_id: unit, reason: words }) })
      actions.push({ key: 'withdraw', title: t('hall_withdraw'), path: of('withdraw'), needsWords: true, danger: true, body: (words) => ({ reason: words }) })
    }
    if (['waiting', 'no_unit'].includes(job.state)) actions.push({ key: 'retry', title: t('hall_retry'), path: of('retry'), needsWords: false, body: () => ({}) })
  }
  if (claim?.state === 'computed' && roles.includes('checker')) actions.push({ key: 'claim-check', title: t('hall_claim_check'), path: `/api/v1/claims/${claim.claim_id}/check`, needsWords: false, body: (note) => ({ note }) })
  if (claim?.state === 'checked' && (roles.includes('shift_leader') || roles.includes('cashier'))) actions.push({ key: 'claim-approve', title: t('hall_claim_approve'), path: `/api/v1/claims/${claim.claim_id}/approve`, needsWords: false, body: (note) => ({ note }) })
  if (claim && ['computed', 'checked'].includes(claim.state) && (roles.includes('checker') || roles.includes('shift_leader'))) actions.push({ key: 'claim-hold', title: t('hall_claim_hold'), path: `/api/v1/claims/${claim.claim_id}/hold`, needsWords: true, danger: true, body: (reason) => ({ reason }) })
  const waiting = file.approvals.filter((one) => one.granted === null && roles.includes('shift_leader'))
  if (actions.length === 0 && waiting.length === 0) return null

  const carryOut = async (path: string, body: unknown) => {
    setBusy(true)
    setError(undefined)
    try {
      await post(path, body)
      setAsked(undefined)
    } catch (problem) {
      setError(problem as Error)
    } finally {
      setBusy(false)
      onDone()
    }
  }
  return (
    <section aria-label={t('hall_actions')} className="actions">
      {waiting.map((one) => (
        <div key={one.approval_id} className="note">
          <strong>{one[language]}</strong> {one.reason}
          <div className="row">
            <button className="small primary" disabled={busy} onClick={() => void carryOut(`${at}/decisions`, { approval_id: one.approval_id, granted: true })}>{t('hall_grant')}</button>
            <button className="small" disabled={busy} onClick={() => void carryOut(`${at}/decisions`, { approval_id: one.approval_id, granted: false })}>{t('hall_refuse')}</button>
          </div>
        </div>
      ))}
      <div className="row" role="group" aria-label={t('hall_actions')}>
        {actions.map((one, place) => <button key={one.key} className={`small ${place === 0 && !one.danger ? 'primary' : ''} ${one.danger ? 'danger' : ''}`} aria-expanded={asked?.key === one.key} onClick={() => { setError(undefined); setAsked(asked?.key === one.key ? undefined : one) }}>{one.title}</button>)}
      </div>
      {asked && <Ask key={asked.key} asked={asked} busy={busy} units={units} names={names} onCancel={() => setAsked(undefined)} onGo={(words, unit) => void carryOut(asked.path, asked.body(words, unit))}>{error && <Trouble error={error} />}</Ask>}
      {!asked && error && <Trouble error={error} />}
    </section>
  )
}

function Ask({ asked, busy, units, names, onGo, onCancel, children }: { asked: Asked; busy: boolean; units: UnitView[]; names: Names; onGo: (words: string, unit: string) => void; onCancel: () => void; children: ReactNode }) {
  const { t, language } = useSettings()
  const [words, setWords] = useState('')
  const [unit, setUnit] = useState('')
  const candidates = useRead<Candidates>(asked.candidates ?? null)
  const known = candidates.data?.ranked ?? []
  const ready = (!asked.needsWords || words.trim() !== '') && (!asked.candidates || unit !== '')
  return (
    <form className="ask" onSubmit={(event) => { event.preventDefault(); if (ready) onGo(words.trim(), unit) }}>
      {asked.candidates && (
        <fieldset>
          <legend>{t('hall_reassign_to')}</legend>
          {!candidates.data && !candidates.error && <span className="soft">{t('hall_candidates')}</span>}
          {known.map((one) => (
            <label key={one.unit_id} className="choice"><input type="radio" name="unit" value={one.unit_id} checked={unit === one.unit_id} onChange={() => setUnit(one.unit_id)} /><ul className="ranked grow"><RankedRow one={one} names={names} chosen={false} longest_s={Math.max(...known.map((each) => each.eta_s))} /></ul></label>
          ))}
          {candidates.data && known.length === 0 && <span className="soft">{t('hall_none')} · {units.length}</span>}
          {candidates.data && <RejectedRows rejected={candidates.data.rejected} names={names} />}
          {unit && <span className="soft">{names.unit(unit)} · {span(known.find((one) => one.unit_id === unit)?.eta_s ?? 0, language)}</span>}
        </fieldset>
      )}
      <label>{asked.needsWords ? t('hall_note') : t('hall_note_optional')}<textarea rows={2} maxLength={500} value={words} autoFocus onChange={(event) => setWords(event.target.value)} /></label>
      {children}
      <div className="row"><button className={`small ${asked.danger ? 'danger' : 'primary'}`} disabled={!ready || busy}>{asked.title}</button><button type="button" className="small" onClick={onCancel}>{t('back')}</button></div>
    </form>
  )
}
