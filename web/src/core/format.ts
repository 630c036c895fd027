// Units as people read them. Inside there are integers only.
const TOWN = 'Asia/Shanghai'

export function clockTime(iso: string | null | undefined, language: 'zh' | 'en'): string {
  if (!iso) return '—'
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: TOWN }).format(new Date(iso))
}

export function dateTime(iso: string | null | undefined, language: 'zh' | 'en'): string {
  if (!iso) return '—'
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: TOWN }).format(new Date(iso))
}

export function minutesUntil(iso: string | null | undefined, now = Date.now()): number | null {
  return iso ? Math.round((Date.parse(iso) - now) / 60_000) : null
}

export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(fen) / 100)
  return `${sign}${whole.toLocaleString('en-US')}.${String(Math.abs(fen) % 100).padStart(2, '0')}`
}

export function amount(quantity: { amount: number; unit: string }, language: 'zh' | 'en'): string {
  if (quantity.unit === 'g') return `${(quantity.amount / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 })} ${language === 'zh' ? '千克' : 'kg'}`
  if (quantity.unit === 'ml') return `${(quantity.amount / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 })} ${language === 'zh' ? '升' : 'L'}`
  return `${quantity.amount} ${language === 'zh' ? '件' : 'pcs'}`
}

export function span(seconds: number, language: 'zh' | 'en'): string {
  const total = Math.abs(Math.round(seconds / 60))
  const hours = Math.floor(total / 60)
  const minutes = total % 60
  if (language === 'zh') return hours ? `${hours} 小时 ${minutes} 分` : `${minutes} 分钟`
  return hours ? `${hours} h ${minutes} min` : `${minutes} min`
}

export function distance(metres: number): string {
  return metres >= 1000 ? `${(metres / 1000).toFixed(1)} km` : `${Math.round(metres)} m`
}
