import { useSettings } from '../core/settings'
import { problemText } from '../core/use'

export function Trouble({ error, again }: { error: Error; again?: () => void }) {
  const { t, language } = useSettings()
  const { title, detail, field } = problemText(error, language)
  return (
    <div className="note bad" role="alert">
      <strong>{title}</strong>
      <div>{detail}</div>
      {field && <div className="soft">{field}</div>}
      {again && <button className="plain" onClick={again}>{t('try_again')}</button>}
    </div>
  )
}
