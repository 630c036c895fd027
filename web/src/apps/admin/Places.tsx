// Places on the map and in a list, and the areas they lie in.
import { Input, Table } from 'antd'
import { useMemo, useState } from 'react'

import type { Shape } from '../../core/shapes'
import { useReadAll } from '../../core/use'
import { BayMap, type Mark } from '../../map/BayMap'
import { Page, Shown, useAdminWords, useSaid } from './common'
import { useNames } from './names'
import { EntryTable } from './Registers'

type Entries = Shape<'EntryList'>

export function Places({ mayEdit }: { mayEdit: boolean }) {
  const words = useAdminWords()
  const said = useSaid()
  const names = useNames()
  const [search, setSearch] = useState('')
  const [near, setNear] = useState('')
  const places = useReadAll<Entries['items'][number]>('/api/v1/registers/places?limit=500')
  const areas = useReadAll<Entries['items'][number]>('/api/v1/registers/jurisdictions?limit=500&geometry=true')
  const marks = useMemo<Mark[]>(() => (places.data?.items ?? []).map((one) => {
    const body = one.body as unknown as { name: string; name_en?: string; position: { lon: number; lat: number } }
    return { id: one.id, lon: body.position.lon, lat: body.position.lat, kind: 'berth', label: (said.language === 'en' && body.name_en) || body.name, chosen: one.id === near }
  }), [places.data, said.language, near])
  const rings = useMemo(() => (areas.data?.items ?? []).flatMap((one) => ((one.body as { polygons?: [number, number][][][] }).polygons ?? []).flat()), [areas.data])
  return (
    <Page title={words.places} tools={<Input.Search allowClear placeholder={words.search} aria-label={words.search} value={search} onChange={(event) => setSearch(event.target.value)} />}>
      <BayMap marks={marks} routes={rings} height="24em" label={words.map} />
      <p className="soft">{words.area_outline}</p>
      <EntryTable register="places" search={search} mayEdit={mayEdit} onRow={(entry) => setNear(entry.id)} columns={[
        { title: words.name, of: (body, entry) => <span className="row"><strong>{String((said.language === 'en' && body['name_en']) || body['name'])}</strong><code className="soft">{entry.id}</code></span> }, { title: words.kind, of: (body) => said.place(String(body['kind'])) }, { title: words.region, of: (body) => names.region(String(body['region_code'] ?? '')) },
        { title: words.depth, of: (body) => (body['charted_depth_m'] === undefined || body['charted_depth_m'] === null ? '—' : `${String(body['charted_depth_m'])} ${words.metres}`) }, { title: words.dries, of: (body) => (body['dries'] ? words.yes : words.no) },
      ]} />
      <h2>{words.areas}</h2>
      <Shown read={areas}>{(list) => <Table size="middle" pagination={false} rowKey="id" dataSource={list.items} columns={[{ title: words.id, dataIndex: 'id' }, { title: words.name, render: (_, one) => names.region(one.id) }, { title: words.level, render: (_, one) => String((one.body as unknown as { level: string }).level) }, { title: words.source, render: (_, one) => String((one.body as { source?: string }).source ?? '') }]} />}</Shown>
    </Page>
  )
}
