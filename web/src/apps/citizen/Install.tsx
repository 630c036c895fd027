// The browser says when the pages can be installed; then there is a button for it.
import { useEffect, useState } from 'react'

import { useSettings } from '../../core/settings'

interface InstallEvent extends Event { prompt: () => Promise<void> }

let held: InstallEvent | undefined
window.addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  held = event as InstallEvent
  window.dispatchEvent(new Event('installable'))
})

export function Install() {
  const { t } = useSettings()
  const [event, setEvent] = useState(held)
  useEffect(() => {
    const tell = () => setEvent(held)
    window.addEventListener('installable', tell)
    return () => window.removeEventListener('installable', tell)
  }, [])
  if (!event) return null
  return (
    <div className="card draft">
      <span className="grow"><strong>{t('install')}</strong><span className="soft block">{t('install_help')}</span></span>
      <button className="plain" onClick={() => void event.prompt().then(() => { held = undefined; setEvent(undefined) })}>{t('install')}</button>
    </div>
  )
}
