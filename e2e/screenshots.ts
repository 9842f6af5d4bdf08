import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { screens } from './house/browser.js';
import { composer, converse, expect, replies, test } from './house/test.js';

const folder = fileURLToPath(new URL('../docs/screenshots', import.meta.url));

const talk: [string, string][] = [
	[
		'My interview is on Thursday and I keep imagining it going wrong.',
		'That loop is tiring. Part of it is that you care about this one.\n\nTwo things that may help:\n\n- Say the worst version out loud once, to its end. It is usually shorter than the loop.\n- Pick **one** question you would hate to get, and we answer it together.\n\nWhich question is it?'
	],
	[
		'“Why did you leave your last job?” थोड़ा मुश्किल है।',
		'Then let us keep it true and short. You wanted work where decisions were explained, and there they were not. That is a reason, not a complaint.\n\nTry it in your own words, and I will be the one across the table.'
	]
];

test.beforeAll(() => mkdir(folder, { recursive: true }));

for (const [screen, shape] of Object.entries(screens)) {
	for (const scheme of ['light', 'dark'] as const) {
		test.describe(`${screen}-${scheme}`, () => {
			test.use({ ...shape, colorScheme: scheme });

			test('sign-in', async ({ page, signUp }) => {
				await signUp();
				await page.context().clearCookies();
				await page.goto('/sign-in');
				await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
				await page.evaluate(() => document.fonts.ready);
				await page.screenshot({
					path: `${folder}/sign-in-${screen}-${scheme}.png`,
					animations: 'disabled'
				});
			});

			test('background work', async ({ page, openHouse, signUp }) => {
				const house = await openHouse();
				await signUp(page, house);
				await house.command('task', 'send', 'music.learn_from_export');
				await page.goto(`${house.url}/admin/tasks`);
				await expect(page.getByText('no task named')).toBeVisible();
				await expect(page.getByText('celery@')).toBeVisible();
				await page.evaluate(() => document.fonts.ready);
				await page.screenshot({
					path: `${folder}/tasks-${screen}-${scheme}.png`,
					animations: 'disabled'
				});
			});

			test('mood', async ({ page, house, signUp }) => {
				await signUp();
				await converse(page, house, ['I feel so sad and empty', 'Nobody calls me, I feel lonely']);
				const moods = ['calm', 'tired', 'happy', 'anxious', 'grateful', 'calm'];
				for (const [index, mood] of moods.entries()) {
					const day = new Date(Date.now() - (index * 2 + 1) * 86_400_000)
						.toISOString()
						.slice(0, 10);
					const kept = await page.request.put(`${house.url}/api/v1/mood/check-ins/${day}`, {
						data: { mood }
					});
					expect(kept.ok()).toBe(true);
				}
				await page.goto('/mood');
				await page.getByRole('button', { name: /read from 2 messages/ }).click();
				await expect(
					page.getByRole('link', { name: 'I feel so sad', exact: false })
				).not.toHaveCount(0);
				await page.evaluate(() => document.fonts.ready);
				await page.screenshot({
					path: `${folder}/mood-${screen}-${scheme}.png`,
					animations: 'disabled'
				});
			});

			test('memories', async ({ page, house, signUp }) => {
				await signUp();
				const id = await converse(page, house, [
					'My sister is Asha and I live in Pune.',
					'I love filter coffee and I am learning Kannada.',
					'Where do I live?'
				]);
				await page.goto(`/c/${id}`);
				await page
					.getByText(/^used \d memor/)
					.last()
					.click();
				await page.evaluate(() => document.fonts.ready);
				await page.screenshot({
					path: `${folder}/remembered-${screen}-${scheme}.png`,
					animations: 'disabled'
				});
				await page.goto('/memories');
				await expect(page.getByText('lives in: Pune').first()).toBeVisible();
				await page.screenshot({
					path: `${folder}/memories-${screen}-${scheme}.png`,
					animations: 'disabled'
				});
			});

			test('personality', async ({ page, house, signUp }) => {
				await signUp();
				const given = [2, 5, 4, 2, 5, 4, 1, 2, 4, 1, 2, 4, 4, 2, 2, 4, 1, 2, 4, 1];
				const answers = given.map((answer, index) => ({ item: index + 1, answer }));
				const kept = await page.request.post(`${house.url}/api/v1/personality/questionnaire`, {
					data: { answers }
				});
				expect(kept.ok()).toBe(true);
				await page.goto('/personality');
				await expect(page.getByText(/likely between/)).toHaveCount(5);
				await page.getByRole('heading', { name: 'Five traits' }).scrollIntoViewIfNeeded();
				await page.evaluate(() => document.fonts.ready);
				await page.screenshot({
					path: `${folder}/personality-${screen}-${scheme}.png`,
					animations: 'disabled'
				});
			});

			test('chat', async ({ page, house, model, signUp }) => {
				for (const [said, reply] of talk) model.answer(said, reply);
				await signUp();
				await converse(page, house, ['মায়ের রান্নার কথা মনে পড়ছে']);
				await converse(page, house, ['The book about rivers is done']);
				const id = await converse(
					page,
					house,
					talk.map(([said]) => said)
				);
				await page.goto(`/c/${id}`);
				await expect(replies(page)).toHaveCount(2);
				await composer(page).fill('The question about my last job.');
				await page.evaluate(() => document.fonts.ready);
				await page.screenshot({
					path: `${folder}/chat-${screen}-${scheme}.png`,
					animations: 'disabled'
				});
			});
		});
	}
}
