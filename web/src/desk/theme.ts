// Our tokens as Ant Design's theme, so that tables, pickers and drawers look like the rest of the house.
import { theme, type ThemeConfig } from 'antd'

import { DARK, LIGHT, type Palette } from '../tokens/palette'

export type Look = 'light' | 'dark'
export const PALETTES: Record<Look, Palette> = { light: LIGHT, dark: DARK }

/** `fontSize` in px: 14 at a desk, larger on a wall and in large text. */
export function themeOf(look: Look, fontSize: number): ThemeConfig {
  const palette = PALETTES[look]
  return {
    algorithm: look === 'dark' ? [theme.darkAlgorithm] : [theme.defaultAlgorithm],
    token: {
      colorPrimary: palette.sea, colorLink: palette.sea, colorInfo: palette.sea, colorSuccess: palette.good, colorWarning: palette.warn, colorError: palette.bad,
      colorSuccessBg: palette.goodBack, colorWarningBg: palette.warnBack, colorErrorBg: palette.badBack, colorInfoBg: palette.seaLight,
      colorText: palette.ink, colorTextSecondary: palette.inkSoft, colorTextDescription: palette.inkSoft, colorTextPlaceholder: palette.inkSoft, colorTextTertiary: palette.inkSoft,
      colorBgBase: palette.card, colorBgLayout: palette.foam, colorBgContainer: palette.card, colorBgElevated: palette.raised, colorBorder: palette.line, colorBorderSecondary: palette.line, colorSplit: palette.line,
      colorTextLightSolid: palette.onSea, colorPrimaryBg: palette.seaLight, controlItemBgActive: palette.seaLight, controlItemBgHover: palette.foam,
      borderRadius: 8, fontSize, controlHeight: Math.round(fontSize * 2.3),
      fontFamily: "system-ui, 'PingFang SC', 'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif",
      colorTextDisabled: palette.inkSoft, motionDurationMid: '0.12s', motionDurationSlow: '0.16s', boxShadow: '0 1px 2px rgb(7 59 88 / 8%), 0 6px 20px rgb(7 59 88 / 10%)',
    },
    components: {
      Table: { headerBg: palette.foam, headerColor: palette.inkSoft, rowHoverBg: palette.foam, rowSelectedBg: palette.seaLight, cellPaddingBlock: 9, cellPaddingInline: 12 },
      Segmented: { trackBg: palette.foam, itemSelectedBg: palette.card, itemSelectedColor: palette.seaDeep },
      Tooltip: { colorBgSpotlight: look === 'dark' ? palette.raised : palette.seaDeep, colorTextLightSolid: '#ffffff' },
    },
  }
}
