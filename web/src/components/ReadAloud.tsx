// Reads the page to its reader: everything in the main part that is shown, buttons and maps left out.
import { useEffect, useState } from 'react'

import { useSettings } from '../core/settings'
import { Icon } from './Icon'

const SKIPPED = 'button, select, textarea, .map, [aria-hidden="true"], .unread, option'

export function textOf(element: Element): string {
  const parts: string[] = []
  const walk = (node: Node) => {
    if (node instanceof Element) {
      if (node.matches(SKIPPED) || (node as HTMLElement).hidden) return
      if (node.getClientRects().length === 0 && node !== element) return
    }
    if (node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) parts.push(node.textContent.trim())
    node.childNodes.forEach(walk)
  }
  walk(element)
  return parts.join('。')
}

export function ReadAloud() {
  const { t, language } = useSettings()
  const [reading, setReading] = useState(false)
  useEffect(() => () => window.speechSynthesis?.cancel(), [])
  if (!('speechSynthesis' in window)) return null
  const read = () => {
    window.speechSynthesis.cancel()
    if (reading) return setReading(false)
    const main = document.querySelector('main')
    if (!main) return
    const said = new SpeechSynthesisUtterance(textOf(main))
    said.lang = language === 'zh' ? 'zh-CN' : 'en-GB'
    said.rate = 0.85
    said.onend = said.onerror = () => setReading(false)
    setReading(true)
    window.speechSynthesis.speak(said)
  }
  return <button type="button" className="plain aloud" aria-pressed={reading} onClick={read}><Icon name="sound" /> {reading ? t('read_stop') : t('read_aloud')}</button>
}
