// What a case hangs together with: its reports, duplicates joined to it, the case it was joined to, its parts.
import { useWords } from '../../core/dictionary'
import { dateTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import type { CaseFile, ReportItem } from './model'
import { HALL } from './words'

type Relation = CaseFile['relations'][number]

export function Related({ relations, onChoose }: { relations: readonly Relation[]; onChoose: (id: string) => void }) {
  const { language } = useSettings()
  const words = useWords(HALL)
  const reports = relations.filter((one) => one.kind === 'report' && one.outgoing)
  const others = relations.filter((one) => one.kind !== 'report')
  if (reports.length + others.length === 0) return null
  const called = (one: Relation) => (one.kind === 'duplicate_of' ? (one.outgoing ? words.dup_of : words.dup_here) : words.dup_part)
  return (
    <section aria-label={words.duplicates}>
      <h2>{words.duplicates}</h2>
      <ul className="related">
        {others.map((one) => <li key={one.kind + one.other_id}><span className="chip warn">{called(one)}</span><button className="link" onClick={() => onChoose(one.other_id)}>{one.other_id}</button></li>)}
        {reports.map((one) => <ReportLine key={one.other_id} id={one.other_id} label={words.dup_report} language={language} />)}
      </ul>
    </section>
  )
}

function ReportLine({ id, label, language }: { id: string; label: string; language: 'zh' | 'en' }) {
  const { data } = useRead<Partial<ReportItem>>(`/api/v1/reports/${id}`)
  return <li><span className="chip">{label}</span><span>{data?.title?.[language] ?? id}</span><span className="soft right">{[data?.channel, data?.received_at ? dateTime(data.received_at, language) : ''].filter(Boolean).join(' · ')}</span></li>
}
