// The command palette (Ctrl-K): every action, case, boat, place and view by its name. A list box that the keyboard runs.
import { Modal } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'

import { useWords } from '../../core/dictionary'
import { HALL } from './words'

export interface Entry { id: string; group: string; title: string; hint?: string; keys?: string; also?: string; run: () => void }
interface Props { entries: Entry[]; onClose: () => void }

const SHOWN_MAX = 40

/** All words of the question in the entry, in any order; what begins with them first. */
export function matching(entries: readonly Entry[], question: string): Entry[] {
  const wanted = question.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return entries.filter((entry) => !entry.id.startsWith('case/')).slice(0, SHOWN_MAX)
  const scored = entries.flatMap((entry) => {
    const title = entry.title.toLowerCase()
    const all = `${title} ${entry.also ?? ''} ${entry.hint ?? ''} ${entry.id}`.toLowerCase()
    return wanted.every((word) => all.includes(word)) ? [{ entry, score: title.startsWith(wanted[0]!) ? 0 : title.includes(wanted[0]!) ? 1 : 2 }] : []
  })
  return scored.sort((a, b) => a.score - b.score).slice(0, SHOWN_MAX).map((one) => one.entry)
}

export function Palette({ entries, onClose }: Props) {
  const words = useWords(HALL)
  const [question, setQuestion] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const found = useMemo(() => matching(entries, question), [entries, question])
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at, found])
  const run = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const press = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setAt((was) => (was + step + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <Modal open onCancel={onClose} footer={null} closable={false} width="40em" className="palette" aria-label={words.palette} destroyOnHidden>
      <input className="palette-input" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={found[at] ? `entry-${at}` : undefined} aria-label={words.palette_hint} placeholder={words.palette_hint} autoFocus value={question}
        onChange={(event) => { setQuestion(event.target.value); setAt(0) }} onKeyDown={press} />
      <ul id="palette-list" role="listbox" aria-label={words.palette} ref={list}>
        {found.map((entry, place) => (
          <li key={entry.id} id={`entry-${place}`} role="option" aria-selected={place === at} onPointerMove={() => setAt(place)} onClick={() => run(entry)}>
            <span className="palette-group">{entry.group}</span><strong>{entry.title}</strong><span className="soft">{entry.hint}</span>{entry.keys && <kbd>{entry.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="soft palette-none">{words.palette_none}</p>}
    </Modal>
  )
}
