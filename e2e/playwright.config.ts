import { defineConfig } from '@playwright/test';
import { browser } from './house/browser.js';

export default defineConfig({
	testDir: './tests',
	fullyParallel: true,
	workers: 2,
	timeout: 60_000,
	expect: { timeout: 10_000 },
	forbidOnly: true,
	reporter: process.env.CI ? 'dot' : 'list',
	use: { ...browser, trace: 'retain-on-failure' }
});
