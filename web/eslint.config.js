import tseslint from 'typescript-eslint'

const floor = (files, forbidden) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: forbidden.map((group) => ({ group: [group], message: 'Imports go downwards only: tokens, core, components, forms | map | live, apps.' })) }],
  },
})

// The citizen's and the crew's pages stay light: Ant Design is for the desk faces (docs/decisions/0010).
const HEAVY = ['antd', 'antd/**', '@ant-design/**']

export default tseslint.config(
  { ignores: ['dist', 'src/core/schema.ts'] },
  ...tseslint.configs.recommended,
  floor(['src/tokens/**'], ['**/core/*', '**/components/*', '**/desk/*', '**/forms/*', '**/map/*', '**/live/*', '**/apps/**', ...HEAVY]),
  floor(['src/core/**'], ['**/components/*', '**/desk/*', '**/forms/*', '**/map/*', '**/live/*', '**/apps/**', ...HEAVY]),
  floor(['src/components/**'], ['**/desk/*', '**/forms/*', '**/map/*', '**/live/*', '**/apps/**', ...HEAVY]),
  floor(['src/desk/**'], ['**/forms/*', '**/map/*', '**/live/*', '**/apps/**']),
  floor(['src/forms/**', 'src/map/**', 'src/live/**'], ['**/desk/*', '**/apps/**', ...HEAVY]),
  floor(['src/apps/citizen/**'], ['**/apps/crew/*', '**/apps/hall/*', '**/desk/*', ...HEAVY]),
  floor(['src/apps/crew/**'], ['**/apps/citizen/*', '**/apps/hall/*', '**/desk/*', ...HEAVY]),
  floor(['src/apps/hall/**'], ['**/apps/citizen/*', '**/apps/crew/*']),
)
