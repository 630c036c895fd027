// Before it is sent: who will see what of it.
import { Icon } from '../../components/Icon'
import { useSettings } from '../../core/settings'
import type { Word } from '../../core/words'
import type { Field } from '../../forms/model'
import type { Draft } from './draft'
import type { ServiceView } from './model'

const personal = (fields: Field[]): boolean => fields.some((field) => field.personal || personal(field.fields ?? []))

export function Privacy({ service, draft }: { service: ServiceView; draft: Draft }) {
  const { t, language } = useSettings()
  const open: Word[] = ['privacy_what', 'privacy_where', 'privacy_answers', ...(draft.photos.length ? ['privacy_photos' as const] : [])]
  const closed: Word[] = ['privacy_name', 'privacy_phone', ...(personal(service.form.fields) ? ['privacy_personal' as const] : [])]
  const list = (words: Word[]) => words.map(t).join(language === 'zh' ? '、' : ', ')
  return (
    <section className="card privacy" aria-labelledby="privacy-title">
      <h2 id="privacy-title"><Icon name="eye" /> {t('privacy')}</h2>
      {service.public ? (
        <>
          <div className="who"><span className="chip warn">{t('privacy_everyone')}</span> <span>{list(open)}</span></div>
          <div className="who"><span className="chip good"><Icon name="lock" size="1em" /> {t('privacy_staff')}</span> <span>{list(closed)}</span></div>
        </>
      ) : (
        <>
          <div className="who"><span className="chip good"><Icon name="lock" size="1em" /> {t('privacy_staff')}</span> <span>{list([...open, ...closed])}</span></div>
          <p className="soft">{t('privacy_nobody')}</p>
        </>
      )}
    </section>
  )
}
