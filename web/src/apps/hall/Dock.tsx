// What calls for attention beside what citizens report: two lanes under the map, newest first.
import { useMemo } from 'react'

import { useWords } from '../../core/dictionary'
import { clockTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import type { LiveFact, Screen } from '../../live/screen'
import { told, type Names } from '../../live/told'
import type { ReportItem } from './model'
import { HALL } from './words'

interface Props { screen: Screen | undefined; names: Names; turn: number; replay: boolean; onChoose: (id: string) => void; onClose: () => void }

const SHOWN_MAX = 60

export function Dock({ screen, names, turn, replay, onChoose, onClose }: Props) {
  const { language, t } = useSettings()
  const words = useWords(HALL)
  const reports = useRead<{ items: ReportItem[] }>(replay ? null : '/api/v1/reports?limit=50', 60_000, turn)
  const alerts = useMemo(() => [...(screen?.alerts ?? [])].reverse().slice(0, SHOWN_MAX), [screen?.alerts])
  const opened = useMemo(() => [...(screen?.cases.values() ?? [])].sort((a, b) => (a.opened_at < b.opened_at ? 1 : -1)).slice(0, SHOWN_MAX), [screen?.cases])
  return (
    <section className="dock" aria-label={`${words.alerts} · ${words.reports}`}>
      <div className="lane">
        <h2>{words.alerts}<span className="count">{alerts.length}</span></h2>
        <ul tabIndex={0} aria-label={words.alerts}>
          {alerts.map((fact) => <AlertLine key={fact.seq} fact={fact} names={names} title={screen?.cases.get(fact.stream.slice(5))?.title} onChoose={onChoose} />)}
          {alerts.length === 0 && <li className="calm"><strong>{words.alerts_none}</strong><span>{words.alerts_none_help}</span></li>}
        </ul>
      </div>
      <div className="lane">
        <h2>{words.reports}<span className="count">{replay ? opened.length : (reports.data?.items.length ?? '…')}</span><button className="dock-close" onClick={onClose} aria-label={words.hide_dock}>×</button></h2>
        <ul tabIndex={0} aria-label={words.reports}>
          {replay && opened.map((one) => <li key={one.case_id}><button onClick={() => onChoose(one.case_id)}><time>{clockTime(one.opened_at, language)}</time><strong>{one.title}</strong><span className="soft">{names.state(one.state)}</span></button></li>)}
          {!replay && reports.data?.items.map((one) => (
            <li key={one.report_id}>
              <button disabled={!one.case_id} onClick={() => one.case_id && onChoose(one.case_id)}>
                <time dateTime={one.received_at}>{clockTime(one.received_at, language)}</time><strong>{one.title[language]}</strong><span className="soft">{one.status_text?.[language] ?? names.state(one.state ?? '')}</span>{one.rating !== null && <span className="chip">{'★'.repeat(Math.max(1, Math.min(5, one.rating)))}</span>}
              </button>
            </li>
          ))}
          {(replay ? opened.length === 0 : reports.data?.items.length === 0) && <li className="calm"><strong>{words.reports_none}</strong></li>}
          {!replay && !reports.data && !reports.error && <li className="calm"><span className="skeleton" /><span className="soft">{t('loading')}</span></li>}
        </ul>
      </div>
    </section>
  )
}

/** What the alert says: facts of devices have words of the hall's own, all others are told as in a case file. */
function useSaid(fact: LiveFact, names: Names): { tone: string; text: string } {
  const { language } = useSettings()
  const words = useWords(HALL)
  const device = typeof fact.body['device_id'] === 'string' ? names.unit(typeof fact.body['unit_id'] === 'string' ? fact.body['unit_id'] : fact.body['device_id']) : ''
  if (fact.kind === 'DeviceFellSilent') return { tone: 'warn', text: `${device} ${words.silent}` }
  if (fact.kind === 'DeviceHeardAgain') return { tone: 'good', text: `${device} ${words.heard}` }
  if (fact.kind === 'ReadingOutOfLimits') return { tone: 'bad', text: `${device} ${words.over_limit} ${String(fact.body['factor'] ?? '')} ${String(fact.body['value'] ?? '')} > ${String(fact.body['limit'] ?? '')}` }
  if (fact.kind === 'ReadingWithinLimits') return { tone: 'good', text: `${device} ${words.within_limit} ${String(fact.body['factor'] ?? '')}` }
  return told({ id: String(fact.seq), ...fact }, names, language) ?? { tone: 'plain', text: fact.kind }
}

function AlertLine({ fact, names, title, onChoose }: { fact: LiveFact; names: Names; title: string | undefined; onChoose: (id: string) => void }) {
  const { language } = useSettings()
  const { tone, text } = useSaid(fact, names)
  const ofCase = fact.stream.startsWith('case/')
  return (
    <li className={`alert-${tone}`}>
      <button disabled={!ofCase} onClick={() => onChoose(fact.stream.slice(5))}>
        <time dateTime={fact.at}>{clockTime(fact.at, language)}</time><strong>{text}</strong><span className="soft">{title ?? ''}</span>
      </button>
    </li>
  )
}
