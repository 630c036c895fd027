// One figure: what it is now, how it moved, whether its target is met, and its trend.
import { filled, useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import { change, parts, series, text, unitOf, type Figure } from './model'
import { Spark } from './Spark'
import { BOARD_WORDS } from './words'

export function Card({ figure, days, chosen, onChoose }: { figure: Figure; days: string[]; chosen: boolean; onChoose: () => void }) {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const unit = unitOf(figure.unit, figure.aggregate)
  const [number, name] = parts(figure.value, unit, language)
  return (
    <button className={`figure ${figure.met === true ? 'met' : figure.met === false ? 'missed' : ''}`} aria-pressed={chosen} onClick={onChoose} data-indicator={figure.id} data-value={figure.value ?? ''}>
      <span className="figure-top"><span className="figure-name">{language === 'zh' ? figure.title_zh : figure.title_en}</span><Target figure={figure} /></span>
      <span className="figure-value"><b>{number}</b><small>{name}</small></span>
      <span className="figure-low"><Moved figure={figure} /><span className="soft">{figure.aggregate === 'count' ? '' : filled(words.samples, figure.count)}</span></span>
      <Spark values={series(days, figure.days, figure.aggregate)} target={figure.target} />
    </button>
  )
}

export function Target({ figure }: { figure: Figure }) {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  if (figure.target === null || figure.target === undefined) return null
  const value = text(figure.target, unitOf(figure.unit, figure.aggregate), language)
  return <span className={`chip ${figure.met === true ? 'good' : figure.met === false ? 'bad' : ''}`}>{figure.met === null ? words.target : figure.met ? words.met : words.missed} {figure.direction === 'up' ? "≥" : "≤"} {value}</span>
}

/** An arrow says where it went, the colour whether that is good, the words the same without either. */
export function Moved({ figure }: { figure: Figure }) {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const moved = change(figure)
  const before = text(figure.before, unitOf(figure.unit, figure.aggregate), language)
  if (!moved) return <span className="soft">{figure.before === null || figure.before_count === 0 ? words.no_before : `${words.before} ${before}`}</span>
  if (moved.permille === 0) return <span className="soft">{words.same}</span>
  return <span className={`moved ${moved.tone}`}>{moved.permille > 0 ? '▲' : '▼'} {Math.abs(moved.permille / 10).toFixed(1)}% <span className="soft">{words.before} {before}</span></span>
}
