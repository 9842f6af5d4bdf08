import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './web/svelte.config.js';

export default ts.config(
	{
		ignores: [
			'**/dist/',
			'**/build/',
			'**/.svelte-kit/',
			'**/.next/',
			'**/next-env.d.ts',
			'packages/client/src/schema.ts',
			'packages/redis/src/schema.ts',
			'target*/',
			'**/.venv*/',
			'**/.cache/',
			'**/playwright-report/',
			'**/test-results/'
		]
	},
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	{ languageOptions: { globals: { ...globals.browser, ...globals.node } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } }
	},
	{
		rules: {
			// The compiler knows every name.
			'no-undef': 'off',
			// The app always lives at the root of its origin.
			'svelte/no-navigation-without-resolve': 'off',
			eqeqeq: 'error'
		}
	}
);
