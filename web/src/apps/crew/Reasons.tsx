// A reason is chosen with one touch; words may be added.
import { useState } from 'react'

import { useSettings } from '../../core/settings'
import type { Word } from '../../core/words'

interface Props {
  title: string
  codes: string[]
  prefix: 'reason' | 'refuse'
  note?: boolean
  onChoose: (code: string, note: string) => void
  onCancel: () => void
}

export function Reasons({ title, codes, prefix, note = false, onChoose, onCancel }: Props) {
  const { t } = useSettings()
  const [words, setWords] = useState('')
  return (
    <section className="card reasons" role="dialog" aria-label={title}>
      <h2>{title}</h2>
      {note && <input aria-label={t('crew_note')} placeholder={`${t('crew_note')}（${t('optional')}）`} value={words} maxLength={200} onChange={(event) => setWords(event.target.value)} />}
      <div className="choices">
        {codes.map((code) => <button key={code} className="plain danger" onClick={() => onChoose(code, words.trim())}>{t(`${prefix}_${code}` as Word)}</button>)}
      </div>
      <button className="plain" onClick={onCancel}>{t('back')}</button>
    </section>
  )
}
