// Entries of the registers with their history; a change names the version it was made on, and a conflict is shown.
import { App, Button, Drawer, Form, Input, InputNumber, Select, Switch, Table, Tag } from 'antd'
import { useEffect, useState, type ReactNode } from 'react'

import { Trouble } from '../../components/Trouble'
import { getTagged, put, Refused } from '../../core/api'
import { dateTime } from '../../core/format'
import type { Shape } from '../../core/shapes'
import { useRead, useReadAll } from '../../core/use'
import { Page, Shown, useAdminWords, useSaid } from './common'
import { useNames } from './names'
import type { AdminWord } from './words'

export type Entry = Shape<'EntryView'>
type Body = Record<string, unknown>
type FieldKind = 'text' | 'region' | 'unit' | 'tags' | 'switch' | 'number'
export interface Field { name: string; word: AdminWord; kind?: FieldKind; needed?: boolean }

export const FIELDS: Record<string, Field[]> = {
  units: [{ name: 'name', word: 'name', needed: true }, { name: 'name_en', word: 'name_en' }, { name: 'kind', word: 'kind', needed: true }, { name: 'region_code', word: 'region', kind: 'region' }, { name: 'parent_id', word: 'parent', kind: 'unit' }, { name: 'craft_id', word: 'craft' }, { name: 'skills', word: 'skills', kind: 'tags' }, { name: 'crew', word: 'crew', kind: 'tags' }, { name: 'contact_phone', word: 'phone' }, { name: 'out_of_service', word: 'out_of_service' }, { name: 'notes', word: 'notes' }],
  categories: [{ name: 'name', word: 'name', needed: true }, { name: 'name_en', word: 'name_en' }, { name: 'lifecycle', word: 'opens' }, { name: 'form', word: 'form' }, { name: 'keywords', word: 'search', kind: 'tags' }, { name: 'source', word: 'source' }, { name: 'notes', word: 'notes' }],
  places: [{ name: 'name', word: 'name', needed: true }, { name: 'name_en', word: 'name_en' }, { name: 'kind', word: 'kind', needed: true }, { name: 'region_code', word: 'region', kind: 'region' }, { name: 'charted_depth_m', word: 'depth', kind: 'number' }, { name: 'dries', word: 'dries', kind: 'switch' }, { name: 'unit_id', word: 'responsible', kind: 'unit' }, { name: 'notes', word: 'notes' }],
  people: [{ name: 'unit_ids', word: 'for_units', kind: 'tags' }, { name: 'skills', word: 'skills', kind: 'tags' }],
}

export function EntryTable({ register, columns, search, tools, mayEdit, onRow }: { register: string; columns: { title: string; of: (body: Body, entry: Entry) => ReactNode; width?: number | string }[]; search: string; tools?: ReactNode; mayEdit: boolean; onRow?: (entry: Entry) => void }) {
  const words = useAdminWords()
  const entries = useReadAll<Entry>(`/api/v1/registers/${register}?limit=500`)
  const [open, setOpen] = useState<string>()
  const fits = (entry: Entry) => JSON.stringify([entry.id, entry.body]).toLowerCase().includes(search.toLowerCase())
  return (
    <>
      {tools}
      <Shown read={entries} empty={(list) => list.items.length === 0}>
        {(list) => (
          <Table<Entry>
            rowKey="id" size="middle" pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} dataSource={list.items.filter(fits)} onRow={(entry) => ({ onMouseEnter: () => onRow?.(entry) })}
            columns={[...columns.map((column) => ({ title: column.title, width: column.width, render: (_: unknown, entry: Entry) => column.of(entry.body as Body, entry) })), { title: '', align: 'right' as const, width: 90, render: (_: unknown, entry: Entry) => <Button size="small" onClick={() => setOpen(entry.id)}>{mayEdit ? words.edit : words.history}</Button> }]}
          />
        )}
      </Shown>
      {open && <EntryDrawer register={register} id={open} mayEdit={mayEdit} onClose={(changed) => { setOpen(undefined); if (changed) entries.again() }} />}
    </>
  )
}

interface Held { entry: Entry; tag: string }

export function EntryDrawer({ register, id, mayEdit, onClose }: { register: string; id: string; mayEdit: boolean; onClose: (changed: boolean) => void }) {
  const words = useAdminWords()
  const said = useSaid()
  const { message } = App.useApp()
  const fields = FIELDS[register] ?? []
  const names = useNames()
  const [form] = Form.useForm<Body>()
  const [held, setHeld] = useState<Held>()
  const [error, setError] = useState<Error>()
  const [conflict, setConflict] = useState<{ now: Held; mine: Body }>()
  const [busy, setBusy] = useState(false)
  const at = `/api/v1/registers/${register}/entries/${id}`
  const history = useReadAll<Entry>(`/api/v1/registers/${register}/history/${id}`)
  const read = async (): Promise<Held> => {
    const { value, tag } = await getTagged<Entry>(at)
    return { entry: value, tag }
  }
  useEffect(() => {
    let live = true
    read().then((found) => { if (live) { setHeld(found); form.setFieldsValue(found.entry.body as Body) } }, (problem: Error) => live && setError(problem))
    return () => {
      live = false
    }
  }, [at])
  const save = async (told: Body, base: Held) => {
    setBusy(true)
    setError(undefined)
    const body = { ...(base.entry.body as Body), ...Object.fromEntries(fields.flatMap((field) => (told[field.name] === undefined ? [] : [[field.name, told[field.name] === '' && field.name.endsWith('_id') ? null : told[field.name]]]))) }
    if (body['out_of_service'] === '') body['out_of_service'] = null
    try {
      await put(at, { body }, base.tag)
      void message.success(words.saved)
      onClose(true)
    } catch (problem) {
      setError(problem as Error)
      if (problem instanceof Refused && problem.problem.code === 'changed_meanwhile') setConflict({ now: await read(), mine: told })
    } finally {
      setBusy(false)
    }
  }
  const shown = (value: unknown): string => (Array.isArray(value) ? value.join('、') : value === null || value === undefined || value === '' ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value))
  const input = (field: Field) => {
    if (field.kind === 'tags') return <Select mode="tags" open={false} suffixIcon={null} disabled={!mayEdit} />
    if (field.kind === 'switch') return <Switch disabled={!mayEdit} />
    if (field.kind === 'number') return <InputNumber disabled={!mayEdit} style={{ width: '100%' }} suffix={words.metres} />
    if (field.kind === 'region') return <Select allowClear showSearch={{ optionFilterProp: 'label' }} disabled={!mayEdit} options={names.regions.map((one) => ({ value: one.id, label: `${one.name} ${one.id}` }))} />
    if (field.kind === 'unit') return <Select allowClear showSearch={{ optionFilterProp: 'label' }} disabled={!mayEdit} options={names.units.map((one) => ({ value: one.id, label: one.name }))} />
    return <Input disabled={!mayEdit} />
  }
  return (
    <Drawer open onClose={() => onClose(false)} size={conflict ? 760 : 560} title={<span>{shown((held?.entry.body as Body | undefined)?.['name'] ?? id)} <code className="soft">{id}</code></span>} closable={{ 'aria-label': words.close }}>
      {conflict && held && (
        <div className="conflict" role="alert">
          <h3>{words.conflict}</h3>
          <p>{words.conflict_help}</p>
          <table>
            <thead><tr><th>{words.field}</th><th>{words.theirs}</th><th>{words.yours}</th></tr></thead>
            <tbody>{fields.filter((field) => shown((conflict.now.entry.body as Body)[field.name]) !== shown(conflict.mine[field.name])).map((field) => <tr key={field.name}><td>{words[field.word]}</td><td>{shown((conflict.now.entry.body as Body)[field.name])}</td><td><strong>{shown(conflict.mine[field.name])}</strong></td></tr>)}</tbody>
          </table>
          <div className="row">
            <Button onClick={() => { setHeld(conflict.now); form.setFieldsValue(conflict.now.entry.body as Body); setConflict(undefined); setError(undefined); history.again() }}>{words.take_theirs}</Button>
            <Button type="primary" loading={busy} onClick={() => { const mine = Object.fromEntries(fields.filter((field) => shown(conflict.mine[field.name]) !== shown((held.entry.body as Body)[field.name])).map((field) => [field.name, conflict.mine[field.name]])); setHeld(conflict.now); setConflict(undefined); void save(mine, conflict.now) }}>{words.keep_yours}</Button>
          </div>
        </div>
      )}
      <Form form={form} layout="vertical" disabled={conflict !== undefined} onFinish={(told) => held && void save(told, held)}>
        {fields.map((field) => <Form.Item key={field.name} name={field.name} label={words[field.word]} valuePropName={field.kind === 'switch' ? 'checked' : 'value'} rules={field.needed ? [{ required: true, message: words[field.word] }] : []}>{input(field)}</Form.Item>)}
        {error && !conflict && <Trouble error={error} />}
        {mayEdit && !conflict && fields.length > 0 && <Button type="primary" htmlType="submit" loading={busy} disabled={!held}>{words.save}</Button>}
      </Form>
      <h3>{words.history}</h3>
      <Shown read={history}>
        {(list) => (
          <ol className="versions">
            {[...list.items].reverse().map((one) => {
              const now = Date.now()
              const state = Date.parse(one.valid_from) > now ? 'planned' : one.valid_to && Date.parse(one.valid_to) <= now ? 'ended' : 'in_force'
              return <li key={one.valid_from}><Tag color={state === 'in_force' ? 'success' : state === 'planned' ? 'processing' : 'default'}>{words[state]}</Tag> {dateTime(one.valid_from, said.language)} – {one.valid_to ? dateTime(one.valid_to, said.language) : words.forever}</li>
            })}
          </ol>
        )}
      </Shown>
    </Drawer>
  )
}

export function Units({ mayEdit }: { mayEdit: boolean }) {
  const words = useAdminWords()
  const names = useNames()
  const [search, setSearch] = useState('')
  return (
    <Page title={words.units} tools={<Input.Search allowClear placeholder={words.search} aria-label={words.search} value={search} onChange={(event) => setSearch(event.target.value)} />}>
      <EntryTable register="units" search={search} mayEdit={mayEdit} columns={[
        { title: words.name, of: (body, entry) => <span className="row"><strong>{String(names.unit(entry.id))}</strong><code className="soft">{entry.id}</code>{body['out_of_service'] ? <Tag color="error">{words.paused}</Tag> : null}</span> },
        { title: words.kind, of: (body) => String(body['kind']) }, { title: words.region, of: (body) => names.region(String(body['region_code'] ?? '')) || '—' },
        { title: words.parent, of: (body) => (body['parent_id'] ? names.unit(String(body['parent_id'])) : '—') }, { title: words.crew, of: (body) => ((body['crew'] as string[] | undefined) ?? []).join('、') || '—' }, { title: words.skills, of: (body) => ((body['skills'] as string[] | undefined) ?? []).map((one) => <Tag key={one}>{one}</Tag>) },
      ]} />
    </Page>
  )
}

export function Categories({ mayEdit }: { mayEdit: boolean }) {
  const words = useAdminWords()
  const said = useSaid()
  const names = useNames()
  const packs = useRead<{ items: Shape<'PackView'>[] }>('/api/v1/packs')
  const today = new Date().toISOString().slice(0, 10)
  const force = (from: string, to: string | null | undefined) => (from > today ? <Tag color="processing">{words.planned}</Tag> : to && to < today ? <Tag>{words.ended}</Tag> : <Tag color="success">{words.in_force}</Tag>)
  return (
    <Page title={words.categories}>
      <h2>{words.services}</h2>
      <Shown read={packs}>
        {(list) => (
          <Table size="middle" pagination={false} rowKey={(one) => `${one.code}${one.valid_from}`} dataSource={list.items.flatMap((pack) => pack.services)} columns={[
            { title: words.name, render: (_, one) => <span className="row"><strong>{one[said.language]}</strong><code className="soft">{one.code}</code></span> }, { title: words.categories, dataIndex: 'category' }, { title: words.form, dataIndex: 'form' }, { title: words.opens, dataIndex: 'lifecycle' },
            { title: words.from, render: (_, one) => <span className="row numbers">{one.valid_from} – {one.valid_to ?? words.forever} {force(one.valid_from, one.valid_to)}</span> }, { title: words.listed, render: (_, one) => (one.listed ? words.yes : words.no) }, { title: words.source, dataIndex: 'source' },
          ]} />
        )}
      </Shown>
      <h2>{words.register_categories}</h2>
      <EntryTable register="categories" search="" mayEdit={mayEdit} columns={[
        { title: words.name, of: (body, entry) => <span className="row" style={{ paddingLeft: `${(entry.id.split('/').length - 1) * 1.4}em` }}><strong>{String((said.language === 'en' && body['name_en']) || body['name'])}</strong><code className="soft">{entry.id}</code></span> },
        { title: words.opens, of: (body) => String(body['lifecycle'] ?? '—') }, { title: words.responsible, of: (body) => Object.entries((body['responsible'] as Record<string, string> | undefined) ?? {}).map(([region, unit]) => `${names.region(region)}：${names.unit(unit)}`).join('；') || '—' },
        { title: words.from, of: (_, entry) => <span className="numbers">{dateTime(entry.valid_from, said.language)} – {entry.valid_to ? dateTime(entry.valid_to, said.language) : words.forever}</span> }, { title: words.source, of: (body) => String(body['source'] ?? '') },
      ]} />
    </Page>
  )
}
