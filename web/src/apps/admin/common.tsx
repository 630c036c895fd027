// What the pages of the administrators' desk share: a page, an asking form, roles and spans in words.
import { App, Input, Modal } from 'antd'
import { useState, type ReactNode } from 'react'

import { Trouble } from '../../components/Trouble'
import { filled, useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import type { Read } from '../../core/use'
import { Skeleton } from 'antd'
import { ADMIN_WORDS, type AdminWord } from './words'

export const useAdminWords = () => useWords(ADMIN_WORDS)

export function Page({ title, tools, children }: { title: string; tools?: ReactNode; children: ReactNode }) {
  return <section className="admin-page" aria-label={title}><header><h1>{title}</h1><div className="tools">{tools}</div></header>{children}</section>
}

/** What was read, or why not yet: loading, refused, empty each look like themselves. */
export function Shown<T>({ read, empty, help, children }: { read: Read<T>; empty?: (value: T) => boolean; help?: [string, string]; children: (value: T) => ReactNode }) {
  const words = useAdminWords()
  return (
    <>
      {read.error && <Trouble error={read.error} again={read.again} />}
      {!read.data && !read.error && <div role="status" aria-label={words.loading}><Skeleton active paragraph={{ rows: 6 }} title={false} /></div>}
      {read.data && (empty?.(read.data) ? <div className="calm"><strong>{help?.[0] ?? words.nothing}</strong>{help?.[1] && <span>{help[1]}</span>}</div> : children(read.data))}
    </>
  )
}

/** Ask for a reason before something is done; a refusal is shown where it was asked. */
export function AskReason({ title, help, needed = true, danger = false, go, onGo, onClose }: { title: string; help?: string; needed?: boolean; danger?: boolean; go: string; onGo: (reason: string) => Promise<void>; onClose: () => void }) {
  const words = useAdminWords()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const carryOut = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await onGo(reason.trim())
      void message.success(words.done)
      onClose()
    } catch (problem) {
      setError(problem as Error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal open title={title} onCancel={onClose} onOk={() => void carryOut()} okText={go} cancelText={words.cancel} okButtonProps={{ danger, disabled: needed && reason.trim() === '', loading: busy }}>
      {help && <p>{help}</p>}
      <label className="field">{needed ? words.reason : words.reason_optional}<Input.TextArea rows={3} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} autoFocus /></label>
      {error && <Trouble error={error} />}
    </Modal>
  )
}

const own = (words: Record<AdminWord, string>, prefix: string, code: string) => (`${prefix}${code}` in words ? words[`${prefix}${code}` as AdminWord] : code)

export function useSaid() {
  const words = useAdminWords()
  const { language } = useSettings()
  return {
    role: (code: string) => own(words, 'role_', code),
    who: (code: string) => (`role_${code}` in words ? own(words, 'role_', code) : own(words, 'rel_', code)),
    kind: (code: string) => own(words, '', code),
    place: (code: string) => own(words, 'kind_', code),
    amount: (amount: number, unit: string) => filled(own(words, 'unit_', unit), amount),
    span: (seconds: number) => (seconds < 90 ? filled(words.seconds, Math.round(seconds)) : seconds < 5400 ? filled(words.minutes, Math.round(seconds / 60)) : seconds < 172_800 ? filled(words.hours, Math.round(seconds / 3600)) : filled(words.days, Math.round(seconds / 86_400))),
    both: (text: { zh: string; en: string }) => text[language],
    language,
  }
}
