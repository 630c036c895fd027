// Reports that are on this device only.
import { useSyncExternalStore } from 'react'
import { Link } from 'react-router'

import { Icon } from '../../components/Icon'
import { queue } from '../../core/queue'
import { useSettings } from '../../core/settings'

export function Waiting() {
  const { t } = useSettings()
  const { items } = useSyncExternalStore(queue.subscribe, queue.current)
  const reports = items.filter((one) => one.key)
  if (reports.length === 0) return null
  return (
    <section className="stack" aria-label={t('mine_waiting')}>
      {reports.map((one) => (
        <Link key={one.seq} className="card live" to={`/sent/${one.key}`}>
          <Icon name="cloud" />
          <span className="grow"><strong>{one.state === 'refused' ? t('sent_refused') : t('sent_waiting')}</strong></span>
          <Icon name="next" />
        </Link>
      ))}
    </section>
  )
}
