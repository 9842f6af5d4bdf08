import { randomBytes } from 'node:crypto';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { Model } from './model.js';
import { House } from './server.js';

export const PASSWORD = 'a quiet evening in';

interface WorkerParts {
	model: Model;
	/** The server that the tests of one worker share. */
	house: House;
}

interface Parts {
	/** Opens a server of its own for one test. */
	openHouse: (settings?: Record<string, string>) => Promise<House>;
	/** Makes an account of its own and signs the page in; gives the user name back. */
	signUp: (page?: Page, house?: House) => Promise<string>;
}

const withModel = (model: Model) => ({
	BONDHU_MODEL_PROVIDER: 'openai',
	OPENAI_BASE_URL: model.url,
	OPENAI_API_KEY: 'none',
	BONDHU_MODEL: 'quiet'
});

export const test = base.extend<Parts, WorkerParts>({
	model: [
		// eslint-disable-next-line no-empty-pattern
		async ({}, use) => {
			const model = await Model.start();
			await use(model);
			await model.stop();
		},
		{ scope: 'worker' }
	],
	house: [
		async ({ model }, use) => {
			const house = await House.open(withModel(model));
			await use(house);
			await house.close();
		},
		{ scope: 'worker' }
	],
	baseURL: async ({ house }, use) => use(house.url),
	openHouse: async ({ model }, use) => {
		const opened: House[] = [];
		await use(async (settings) => {
			const house = await House.open(settings ?? withModel(model));
			opened.push(house);
			return house;
		});
		for (const house of opened) await house.close();
	},
	signUp: async ({ page, house }, use) => {
		await use(async (on = page, at = house) => {
			const username = `p${randomBytes(6).toString('hex')}`;
			const answer = await on.request.post(`${at.url}/api/v1/accounts`, {
				data: { username, password: PASSWORD, display_name: 'Mira' }
			});
			expect(answer.status(), await answer.text()).toBe(201);
			return username;
		});
	}
});

export { expect };

export const composer = (page: Page): Locator => page.getByLabel('Your message', { exact: true });
export const sendButton = (page: Page): Locator =>
	page.getByRole('button', { name: 'Send', exact: true });
export const stopButton = (page: Page): Locator =>
	page.getByRole('button', { name: 'Stop the reply' });
export const replies = (page: Page): Locator => page.locator('[data-sender="companion"]');
export const mine = (page: Page): Locator => page.locator('[data-sender="user"]');

/** Writes and sends; the reply is left to the test. */
export async function say(page: Page, text: string): Promise<void> {
	await composer(page).fill(text);
	await sendButton(page).click();
	await expect(mine(page).filter({ hasText: text }).last()).toBeVisible();
}

/** Writes, sends and waits for the end of the reply. */
export async function talk(page: Page, text: string): Promise<void> {
	await say(page, text);
	await expect(sendButton(page)).toBeVisible();
	await expect(replies(page).last()).not.toBeEmpty();
}

/** Makes a conversation through the interface for programs, which is quicker than typing it. */
export async function converse(page: Page, house: House, texts: string[]): Promise<string> {
	const made = await page.request.post(`${house.url}/api/v1/conversations`, { data: {} });
	const { id } = (await made.json()) as { id: string };
	for (const text of texts) {
		const sent = await page.request.post(`${house.url}/api/v1/conversations/${id}/messages`, {
			data: { text }
		});
		expect(await sent.text()).toContain('event: done');
	}
	return id;
}

/** Nobody may be kept out: WCAG 2.2, levels A and AA. */
export async function expectAccessible(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
		.analyze();
	const found = violations.map(
		({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n  ')}`
	);
	expect(found).toEqual([]);
}
