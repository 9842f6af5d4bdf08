import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { screens } from './house/browser.js';
import { composer, converse, expect, replies, test } from './house/test.js';

const folder = fileURLToPath(new URL('../docs/screenshots', import.meta.url));

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
				await page.screenshot({ path: `${folder}/sign-in-${screen}-${scheme}.png` });
			});

			test('chat', async ({ page, house, signUp }) => {
				await signUp();
				await converse(page, house, ['মায়ের রান্নার কথা মনে পড়ছে']);
				await converse(page, house, ['The book about rivers is finally done']);
				const id = await converse(page, house, [
					'Interview on Thursday',
					'I keep imagining it going wrong. थोड़ा डर लग रहा है।'
				]);
				await page.goto(`/c/${id}`);
				await expect(replies(page)).toHaveCount(2);
				await composer(page).fill('The question about my last job.');
				await page.evaluate(() => document.fonts.ready);
				await page.screenshot({ path: `${folder}/chat-${screen}-${scheme}.png` });
			});
		});
	}
}
