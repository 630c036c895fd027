import { useState } from 'react'

import { shrink } from '../../../core/photo'
import { useSettings } from '../../../core/settings'
import { WORDS, type Word } from '../../../core/words'
import { missingPhotos } from '../course'
import type { StepProps } from './OfferStep'

export function PhotoStep({ work, act }: StepProps) {
  const { t } = useSettings()
  const [busy, setBusy] = useState(false)
  const label = missingPhotos(work)[0] ?? 'collected'
  const word = `label_${label}`
  const take = async (files: FileList | null) => {
    if (!files?.length) return
    setBusy(true)
    for (const file of files) {
      const blob = await shrink(file)
      await act('evidence', { label, media_type: blob.type || 'image/jpeg', taken_at: new Date().toISOString() }, [{ blob, into: 'sha256' }])
    }
    setBusy(false)
  }
  return (
    <section className="card">
      <h1>{word in WORDS.zh ? t(word as Word) : label}</h1>
      <label className={`primary huge camera ${busy ? 'busy' : ''}`}>
        <svg viewBox="0 0 24 24" width="56" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden="true"><path d="M4 8h3l2-3h6l2 3h3v11H4z" strokeLinejoin="round" /><circle cx="12" cy="13" r="4" /></svg>
        {busy ? t('loading') : t('crew_photo')}
        <input type="file" accept="image/*" capture="environment" multiple disabled={busy} onChange={(event) => void take(event.target.files)} />
      </label>
      <p className="soft">{t('crew_photo_help')}</p>
    </section>
  )
}
