import type { Page } from '@playwright/test';
import { screens } from '../house/browser.js';
import { converse, expect, expectAccessible, test } from '../house/test.js';
import type { House } from '../house/server.js';

interface Place {
	name: string;
	path: string | ((page: Page, house: House) => Promise<string>);
	signedIn: boolean;
	shows: string | RegExp;
}

const places: Place[] = [
	{ name: 'welcome', path: '/welcome', signedIn: false, shows: 'A friend who listens' },
	{ name: 'sign-in', path: '/sign-in', signedIn: false, shows: 'Good to see you again' },
	{ name: 'help for a stranger', path: '/help', signedIn: false, shows: 'Talk to a person' },
	{ name: 'API reference', path: '/docs/api', signedIn: false, shows: 'API reference' },
	{ name: 'not found', path: '/no/such/page', signedIn: false, shows: 'There is nothing here' },
	{ name: 'empty chat', path: '/', signedIn: true, shows: /, Mira$/ },
	{
		name: 'chat',
		path: async (page, house) =>
			`/c/${await converse(page, house, ['Hello there', 'আজ মন ভালো নেই। थोड़ा थक गया हूँ।'])}`,
		signedIn: true,
		shows: 'Today'
	},
	{
		name: 'search',
		path: async (page, house) => {
			await converse(page, house, ['A lantern in the window']);
			return '/search?q=lantern';
		},
		signedIn: true,
		shows: 'Search'
	},
	{
		name: 'mood',
		path: async (page, house) => {
			await converse(page, house, ['I feel so sad and empty today']);
			return '/mood';
		},
		signedIn: true,
		shows: 'Day by day'
	},
	{ name: 'personality', path: '/personality', signedIn: true, shows: 'Five traits' },
	{
		name: 'questionnaire',
		path: '/personality/questionnaire',
		signedIn: true,
		shows: 'I am the life of the party.'
	},
	{
		name: 'memories',
		path: async (page, house) => {
			await converse(page, house, ['My sister is Asha and I live in Pune.']);
			return '/memories';
		},
		signedIn: true,
		shows: 'Memories'
	},
	{ name: 'settings', path: '/settings', signedIn: true, shows: 'API tokens' },
	{ name: 'background work', path: '/admin/tasks', signedIn: true, shows: 'Background work' },
	{ name: 'help', path: '/help', signedIn: true, shows: 'Talk to a person' },
	{
		name: 'missing chat',
		path: '/c/nothing',
		signedIn: true,
		shows: 'This conversation is not here'
	}
];

for (const [screen, shape] of Object.entries(screens)) {
	for (const scheme of ['light', 'dark'] as const) {
		test.describe(`${screen}, ${scheme}`, () => {
			test.use({ ...shape, colorScheme: scheme });
			for (const place of places) {
				test(`${place.name} is accessible`, async ({ page, house, signUp }) => {
					const wrong: string[] = [];
					page.on('pageerror', (error) => wrong.push(error.message));
					page.on('console', (message) => {
						if (/Content Security Policy/.test(message.text())) wrong.push(message.text());
					});
					if (place.signedIn) await signUp();
					const path = typeof place.path === 'string' ? place.path : await place.path(page, house);
					await page.goto(path);
					await expect(page.getByRole('heading', { name: place.shows }).first()).toBeVisible();
					await page.waitForLoadState('networkidle');
					await expectAccessible(page);
					expect(wrong).toEqual([]);
				});
			}
		});
	}
}

test.describe('at 320 pixels', () => {
	test.use({ viewport: { width: 320, height: 640 } });
	for (const place of places) {
		test(`${place.name} needs no sideways scrolling`, async ({ page, house, signUp }) => {
			if (place.signedIn) await signUp();
			const path = typeof place.path === 'string' ? place.path : await place.path(page, house);
			await page.goto(path);
			await expect(page.getByRole('heading', { name: place.shows }).first()).toBeVisible();
			await page.waitForLoadState('networkidle');
			const wide = await page.evaluate(() =>
				[document.documentElement, ...document.querySelectorAll('main, main *')]
					.filter((element) => element.scrollWidth > element.clientWidth + 1)
					.filter((element) => /auto|scroll|visible/.test(getComputedStyle(element).overflowX))
					.filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
					.map((element) => element.outerHTML.slice(0, 120))
			);
			expect(wide).toEqual([]);
			const width = await page.evaluate(() => document.documentElement.scrollWidth);
			expect(width).toBeLessThanOrEqual(320);
		});
	}
});
