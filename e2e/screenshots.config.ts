import { defineConfig } from '@playwright/test';
import { browser } from './house/browser.js';

export default defineConfig({
	testDir: '.',
	testMatch: 'screenshots.ts',
	workers: 1,
	reporter: 'list',
	use: browser
});
