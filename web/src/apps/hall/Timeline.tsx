import { useState } from 'react'

import { clockTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import { told, type Entry, type Names } from '../../live/told'

const FIRST = 8

export function Timeline({ entries, names }: { entries: Entry[]; names: Names }) {
  const { t, language } = useSettings()
  const [all, setAll] = useState(false)
  const lines = entries.flatMap((entry) => {
    const line = told(entry, names, language)
    return line ? [{ ...line, entry }] : []
  }).reverse()
  return (
    <section aria-label={t('hall_story')}>
      <h2>{t('hall_story')}</h2>
      <ol className="story">
        {(all ? lines : lines.slice(0, FIRST)).map(({ entry, tone, text }) => (
          <li key={entry.id} className={`tone-${tone}`}><time dateTime={entry.at}>{clockTime(entry.at, language)}</time><span>{text}</span></li>
        ))}
      </ol>
      {lines.length > FIRST && <button className="link" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t('hall_less') : `${t('hall_more')}（${lines.length}）`}</button>}
    </section>
  )
}
