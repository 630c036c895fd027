// One renderer for the forms of all packs.
import { useSettings } from '../core/settings'
import { freshLine, remaining, type Answers, type Field } from './model'

interface Props {
  fields: Field[]
  answers: Answers
  /** Paths of what is wrong, with what is said about it; an empty text says that it is missing. */
  wrong: Map<string, string>
  onChange: (answers: Answers) => void
  path?: string
}

export function PackForm({ fields, answers, wrong, onChange, path = '' }: Props) {
  const { pick, t } = useSettings()
  const put = (name: string, value: unknown) => {
    const changed: Answers = { ...answers, [name]: value }
    for (const field of fields) {
      if (field.kind !== 'choice' || changed[field.name] === undefined) continue
      const left = remaining(field, fields, changed)
      if (!left.some((choice) => choice.code === changed[field.name])) changed[field.name] = left[0]?.code
    }
    onChange(changed)
  }
  return (
    <>
      {fields.map((field) => {
        const here = path + field.name
        const id = `f-${here}`
        if (field.kind === 'lines') {
          const lines = (answers[field.name] as Answers[] | undefined) ?? []
          const inner = field.fields ?? []
          return (
            <div key={field.name} className={`field ${wrong.has(here) ? 'wrong' : ''}`} role="group" aria-label={pick(field.label)}>
              <span className="label">{pick(field.label)}</span>
              <div className="lines">
                {lines.map((line, place) => (
                  <div className="line" key={place}>
                    {inner.filter((one) => one.required).map((one) => (
                      <div className="cell" key={one.name}>
                      <label className="mini" htmlFor={`f-${here}[${place}].${one.name}`}>{pick(one.label)}</label>
                      <Input field={one} group={inner} answers={line} id={`f-${here}[${place}].${one.name}`} wrong={wrong.has(`${here}[${place}].${one.name}`)}
                        onChange={(value) => {
                          const changed: Answers = { ...line, [one.name]: value }
                          for (const other of inner) {
                            const left = other.kind === 'choice' ? remaining(other, inner, changed) : []
                            if (left.length && other.required && !left.some((choice) => choice.code === changed[other.name])) changed[other.name] = left[0]?.code
                          }
                          put(field.name, lines.map((kept, at) => (at === place ? changed : kept)))
                        }}
                      />
                      {wrong.has(`${here}[${place}].${one.name}`) && <span className="wrongly">{wrong.get(`${here}[${place}].${one.name}`) || t('required')}</span>}
                      </div>
                    ))}
                    <button type="button" aria-label={`${t('remove')} ${pick(field.label)} ${place + 1}`} hidden={lines.length <= (field.lines_min ?? 1)} onClick={() => put(field.name, lines.filter((_, at) => at !== place))}>×</button>
                  </div>
                ))}
              </div>
              {lines.length < (field.lines_max ?? 20) && (
                <button type="button" className="plain" onClick={() => put(field.name, [...lines, freshLine(inner)])}>+ {t('add_line')}</button>
              )}
              {wrong.has(here) && <span className="wrongly">{wrong.get(here) || t('required')}</span>}
            </div>
          )
        }
        return (
          <div key={field.name} className={`field ${wrong.has(here) ? 'wrong' : ''}`}>
            <label htmlFor={id}>{pick(field.label)} {!field.required && <span className="soft">({t('optional')})</span>}{field.personal && <span className="soft">（{t('not_public_short')}）</span>}</label>
            <Input field={field} group={fields} answers={answers} id={id} wrong={wrong.has(here)} onChange={(value) => put(field.name, value)} />
            {field.help && <span className="help" id={`${id}-help`}>{pick(field.help)}</span>}
            {wrong.has(here) && <span className="wrongly" id={`${id}-wrong`}>{wrong.get(here) || t('required')}</span>}
          </div>
        )
      })}
    </>
  )
}

function Input({ field, group, answers, id, wrong, onChange }: { field: Field; group: Field[]; answers: Answers; id: string; wrong: boolean; onChange: (value: unknown) => void }) {
  const { pick } = useSettings()
  const value = answers[field.name]
  const said = [...(field.help ? [`${id}-help`] : []), ...(wrong ? [`${id}-wrong`] : [])].join(' ')
  const shared = { id, 'aria-invalid': wrong, 'aria-label': pick(field.label), 'aria-describedby': said || undefined, className: wrong ? 'amiss' : undefined }
  if (field.kind === 'choice') {
    return (
      <select {...shared} value={(value as string | undefined) ?? ''} onChange={(event) => onChange(event.target.value || undefined)}>
        {!field.required && <option value="" />}
        {remaining(field, group, answers).map((choice) => <option key={choice.code} value={choice.code}>{pick(choice.label)}</option>)}
      </select>
    )
  }
  if (field.kind === 'choices') {
    const chosen = Array.isArray(value) ? (value as string[]) : []
    return (
      <div className="boxes" role="group" id={id} tabIndex={-1} aria-label={pick(field.label)}>
        {(field.choices ?? []).map((choice) => (
          <label key={choice.code} className="tick"><input type="checkbox" checked={chosen.includes(choice.code)} onChange={(event) => onChange(event.target.checked ? [...chosen, choice.code] : chosen.filter((code) => code !== choice.code))} /> {pick(choice.label)}</label>
        ))}
      </div>
    )
  }
  if (field.kind === 'long_text') return <textarea {...shared} rows={3} maxLength={field.max_length ?? undefined} value={(value as string | undefined) ?? ''} onChange={(event) => onChange(event.target.value)} />
  if (field.kind === 'boolean') return <input {...shared} type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
  if (field.kind === 'integer' || field.kind === 'decimal') {
    return <input {...shared} inputMode="decimal" value={(value as string | undefined) ?? ''} onChange={(event) => onChange(event.target.value.replace(/[^0-9.]/g, ''))} />
  }
  return <input {...shared} type={field.kind === 'date' ? 'date' : field.kind === 'instant' ? 'datetime-local' : 'text'} maxLength={field.max_length ?? undefined} value={(value as string | undefined) ?? ''} onChange={(event) => onChange(event.target.value)} />
}
