// One dialog for every action: it asks for what the action needs, and says of each case what came of it.
import { Alert, App, Button, Form, Input, Modal, Radio, Select } from 'antd'
import { useMemo, useState } from 'react'

import type { Action, Given, Matter } from '../../actions/action'
import { newKey, post } from '../../core/api'
import { filled, useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import { problemText, useRead } from '../../core/use'
import type { Names } from '../../live/told'
import { RankedRow, RejectedRows } from './Decision'
import type { Candidates, CaseRow } from './model'
import { HALL } from './words'

interface Props { action: Action; matters: Matter[]; rows: readonly CaseRow[]; names: Names; onClose: (done: boolean) => void }

export function ActionDialog({ action, matters, rows, names, onClose }: Props) {
  const { t, language } = useSettings()
  const words = useWords(HALL)
  const { message } = App.useApp()
  const [given, setGiven] = useState<Given>({ words: '', unit: '', level: matters[0]?.file.case.priority ?? 0, other: '' })
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<{ title: string; error: Error }[]>([])
  const [done, setDone] = useState(0)
  const asks = action.asks ?? {}
  const candidates = useRead<Candidates>(asks.unit && matters[0]?.job ? `/api/v1/jobs/${matters[0].job.job_id}/candidates` : null)
  // Why one decides otherwise than the reckoning: the reasons given most often come first.
  const reasons = useRead<{ items: { code: string; zh: string; en: string }[] }>(asks.reasons ? '/api/v1/dispatch/override-reasons' : null)
  const ranked = candidates.data?.ranked ?? []
  const others = useMemo(() => rows.filter((row) => row.is_open && !matters.some((matter) => matter.file.case.case_id === row.case_id)), [rows, matters])
  // Who cannot choose a unit begins with the reasons why nobody can go.
  const nobody = candidates.data !== undefined && ranked.length === 0
  const ready = (asks.words !== 'required' || given.words.trim() !== '') && (!asks.unit || given.unit !== '') && (!asks.other || given.other !== '')
  const change = (part: Partial<Given>) => setGiven((was) => ({ ...was, ...part }))
  const go = async () => {
    if (!ready || busy) return
    setBusy(true)
    const trouble: typeof failed = []
    let good = 0
    for (const matter of matters) {
      const { path, body } = action.command(matter, { ...given, words: given.words.trim() })
      try {
        await post(path, body, newKey())
        good += 1
      } catch (problem) {
        trouble.push({ title: matter.file.case.title, error: problem as Error })
      }
      setDone(good + trouble.length)
    }
    setBusy(false)
    setFailed(trouble)
    if (good > 0) void message.success(matters.length > 1 ? filled(words.bulk_done, good) : filled(words.done, action.words[language]))
    if (trouble.length === 0) onClose(true)
  }
  const title = action.words[language] + (matters.length > 1 ? ` · ${filled(words.at_once, matters.length)}` : '')
  return (
    <Modal open title={title} onCancel={() => onClose(failed.length > 0)} onOk={() => void go()} okText={busy && matters.length > 1 ? `${done} / ${matters.length}` : action.words[language]} cancelText={t('cancel')} width={asks.unit ? '44em' : '34em'} destroyOnHidden
      okButtonProps={{ disabled: !ready, danger: action.danger, loading: busy, autoFocus: action.asks === undefined }}>
      <Form layout="vertical" onFinish={() => void go()} className="ask-form">
        {matters.length === 1 && <p className="soft ask-case">{matters[0]?.file.case.title} · <code>{matters[0]?.file.case.case_id}</code></p>}
        {failed.map(({ title: which, error }) => {
          const told = problemText(error, language)
          return <Alert key={which + told.title} type="error" showIcon title={`${which}：${told.title}`} description={told.detail} />
        })}
        {asks.unit && (
          <Form.Item label={t('hall_reassign_to')}>
            {!candidates.data && !candidates.error && <span className="soft">{t('hall_candidates')}</span>}
            {nobody && <span className="soft">{words.no_candidates}</span>}
            <Radio.Group value={given.unit} onChange={(event) => change({ unit: event.target.value as string })} className="choices">
              {ranked.map((one, place) => (
                <Radio key={one.unit_id} value={one.unit_id} aria-label={names.unit(one.unit_id)} className="choice" autoFocus={place === 0}><ul className="ranked"><RankedRow one={one} names={names} chosen={false} longest_s={Math.max(...ranked.map((each) => each.eta_s))} /></ul></Radio>
              ))}
            </Radio.Group>
            {candidates.data && <RejectedRows rejected={candidates.data.rejected} names={names} open={nobody} />}
          </Form.Item>
        )}
        {asks.level && <Form.Item label={words.level}><Radio.Group value={given.level} onChange={(event) => change({ level: event.target.value as number })} optionType="button" buttonStyle="solid" options={([0, 1, 2, 3] as const).map((level) => ({ value: level, label: words[`level_${level}`] }))} /></Form.Item>}
        {asks.other && <Form.Item label={words.other_case}><Select aria-label={words.other_case} showSearch={{ optionFilterProp: 'label' }} placeholder={words.choose_case} value={given.other || undefined} onChange={(other: string) => change({ other })} options={others.slice(0, 500).map((row) => ({ value: row.case_id, label: `${row.title} · ${row.case_id}` }))} /></Form.Item>}
        {reasons.data && <div className="row reasons">{reasons.data.items.filter((one) => one.code && one.code !== 'other').slice(0, 8).map((one) => <Button key={one.code} size="small" onClick={() => change({ words: one[language] })}>{one[language]}</Button>)}</div>}
        {asks.words && <Form.Item label={`${words.reason}${asks.words === 'required' ? `（${words.reason_needed}）` : ''}`} htmlFor="ask-words"><Input.TextArea id="ask-words" autoFocus={!asks.unit && !asks.level && !asks.other} rows={2} maxLength={500} value={given.words} onChange={(event) => change({ words: event.target.value })} onPressEnter={(event) => { if (event.ctrlKey || event.metaKey) void go() }} /></Form.Item>}
      </Form>
    </Modal>
  )
}
