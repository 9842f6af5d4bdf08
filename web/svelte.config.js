import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { moveInlineScript } from './move-inline-script.js';

const pages = adapter({ fallback: 'index.html' });

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: {
			name: 'static-without-inline-scripts',
			async adapt(builder) {
				await pages.adapt(builder);
				await moveInlineScript('build');
			}
		}
	}
};
