import tseslint from 'typescript-eslint'

const floor = (files, forbidden) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: forbidden.map((group) => ({ group: [group], message: 'Imports go downwards only: tokens, core, components, forms | map | live, apps.' })) }],
  },
})

export default tseslint.config(
  { ignores: ['dist', 'src/core/schema.ts'] },
  ...tseslint.configs.recommended,
  floor(['src/core/**'], ['**/components/*', '**/forms/*', '**/map/*', '**/live/*', '**/apps/**']),
  floor(['src/components/**'], ['**/forms/*', '**/map/*', '**/live/*', '**/apps/**']),
  floor(['src/forms/**', 'src/map/**', 'src/live/**'], ['**/apps/**']),
  floor(['src/apps/citizen/**'], ['**/apps/crew/*', '**/apps/hall/*']),
  floor(['src/apps/crew/**'], ['**/apps/citizen/*', '**/apps/hall/*']),
  floor(['src/apps/hall/**'], ['**/apps/citizen/*', '**/apps/crew/*']),
)
