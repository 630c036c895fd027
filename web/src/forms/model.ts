// A form as the pack draws it, and the answers as the platform takes them.
export interface Text { zh: string; en: string }
export interface Narrowing { only: string[]; minimum: number | null; maximum: number | null }
export interface Choice { code: string; label: Text; narrows?: Record<string, Narrowing> }
export interface Field {
  name: string
  kind: 'text' | 'long_text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'instant' | 'choice' | 'choices' | 'lines'
  label: Text
  help?: Text | null
  required?: boolean
  unit?: string | null
  personal?: boolean
  max_length?: number | null
  choices?: Choice[]
  fields?: Field[]
  lines_min?: number
  lines_max?: number
}
export interface Form { name: string; fields: Field[] }
export type Answers = Record<string, unknown>

// The choices that remain for a field after what its neighbours have chosen.
export function remaining(field: Field, group: Field[], answers: Answers): Choice[] {
  const all = field.choices ?? []
  for (const other of group) {
    const chosen = other.choices?.find((choice) => choice.code === answers[other.name])
    const only = chosen?.narrows?.[field.name]?.only
    // In the order of the pack: what is usual for this choice stands first.
    if (only?.length) return only.flatMap((code) => all.find((choice) => choice.code === code) ?? [])
  }
  return all
}

// What is sent: empty answers are left out, numbers are numbers.
export function cleaned(fields: Field[], answers: Answers): Answers {
  const sent: Answers = {}
  for (const field of fields) {
    const value = answers[field.name]
    if (value === undefined || value === '' || value === null || (Array.isArray(value) && value.length === 0)) continue
    if (field.kind === 'lines') sent[field.name] = (value as Answers[]).map((line) => cleaned(field.fields ?? [], line))
    else if (field.kind === 'integer' || field.kind === 'decimal') sent[field.name] = Number(value)
    else if (field.kind === 'instant') sent[field.name] = new Date(value as string).toISOString()
    else sent[field.name] = value
  }
  return sent
}

// A new line of a group, with the first choice of each required field.
export function freshLine(fields: Field[]): Answers {
  const line: Answers = {}
  for (const field of fields) {
    if (field.kind === 'choice' && field.required) {
      const first = remaining(field, fields, line)[0]
      if (first) line[field.name] = first.code
    }
  }
  return line
}

// The paths of required fields that are still empty.
export function missing(fields: Field[], answers: Answers, path = ''): string[] {
  return fields.flatMap((field) => {
    const value = answers[field.name]
    const here = path + field.name
    if (field.kind === 'lines') {
      const lines = (value as Answers[] | undefined) ?? []
      if (lines.length < (field.required ? (field.lines_min ?? 1) : 0)) return [here]
      return lines.flatMap((line, place) => missing(field.fields ?? [], line, `${here}[${place}].`))
    }
    return field.required && (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) ? [here] : []
  })
}
