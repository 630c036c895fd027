// Photos: made smaller at once, kept on the device until they have arrived.
import { useEffect, useMemo, useState } from 'react'

import { Icon } from '../../components/Icon'
import { prepared, size, type Photo } from '../../core/photo'
import { useSettings } from '../../core/settings'

const MAX = 5

export function Photos({ photos, onChange }: { photos: Photo[]; onChange: (photos: Photo[]) => void }) {
  const { t } = useSettings()
  const [busy, setBusy] = useState(false)
  const shown = useMemo(() => photos.map((photo) => ({ photo, url: URL.createObjectURL(photo.blob) })), [photos])
  useEffect(() => () => shown.forEach(({ url }) => URL.revokeObjectURL(url)), [shown])
  const add = async (files: File[]) => {
    setBusy(true)
    try {
      onChange([...photos, ...(await Promise.all(files.slice(0, MAX - photos.length).map(prepared)))])
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="card" aria-labelledby="photo-title">
      <h2 id="photo-title"><Icon name="camera" /> {t('photo')} <span className="soft">({t('optional')})</span></h2>
      {shown.length > 0 && (
        <ul className="photos">
          {shown.map(({ photo, url }, place) => (
            <li key={url}>
              <img src={url} alt={`${t('photo')} ${place + 1}`} />
              <span className="soft">{size(photo.bytes_before)} → {size(photo.blob.size)}{photo.sha256 && <><br />{t('photo_code')} {photo.sha256.slice(0, 8)}</>}</span>
              <button type="button" className="plain" aria-label={`${t('photo_remove')} ${place + 1}`} onClick={() => onChange(photos.filter((_, at) => at !== place))}>{t('remove')}</button>
            </li>
          ))}
        </ul>
      )}
      {photos.length < MAX && (
        <label className="plain picker">
          <span><Icon name="camera" /> {busy ? t('photo_shrinking') : photos.length ? t('photo_more') : t('add_photo')}</span>
          <input id="photo" type="file" accept="image/*" multiple aria-label={t('add_photo')} aria-describedby="photo-help" onChange={(event) => {
            const files = [...(event.target.files ?? [])]
            event.target.value = ''
            if (files.length) void add(files)
          }} />
        </label>
      )}
      <span className="help soft" id="photo-help">{t('photo_help')}</span>
    </section>
  )
}
