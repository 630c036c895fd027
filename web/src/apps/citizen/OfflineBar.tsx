import { useSyncExternalStore } from 'react'

import { Icon } from '../../components/Icon'
import { useSettings } from '../../core/settings'

const listen = (tell: () => void) => {
  window.addEventListener('online', tell)
  window.addEventListener('offline', tell)
  return () => {
    window.removeEventListener('online', tell)
    window.removeEventListener('offline', tell)
  }
}
export const useOnline = () => useSyncExternalStore(listen, () => navigator.onLine)

/** Says, calmly, that there is no network and what that means; `old`: that what is shown was read before. */
export function OfflineBar({ old = false }: { old?: boolean }) {
  const { t } = useSettings()
  const online = useOnline()
  if (online && !old) return null
  return <div className="note offline" role="status"><Icon name="cloud" /> {old ? t('old_bar') : t('offline_bar')}</div>
}
