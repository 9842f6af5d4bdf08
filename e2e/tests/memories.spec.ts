import { screens } from '../house/browser.js';
import { converse, expect, expectAccessible, test } from '../house/test.js';

for (const [screen, shape] of Object.entries(screens)) {
	test.describe(screen, () => {
		test.use(shape);

		test('what is said is remembered, used, corrected and forgotten', async ({
			page,
			house,
			signUp
		}) => {
			await signUp();
			const id = await converse(page, house, ['My sister is Asha and I live in Puna.']);
			await page.goto(`/c/${id}`);
			const learnt = page.getByRole('list', { name: 'Remembered from this message' });
			await expect(learnt.getByText('sister: Asha').first()).toBeVisible();
			await expectAccessible(page);
			await learnt.getByRole('button', { name: 'Undo sister: Asha' }).click();
			await expect(learnt.getByText('sister: Asha')).toHaveCount(0);

			const other = await converse(page, house, ['Where do I live?']);
			await page.goto(`/c/${other}`);
			await page.getByText(/^used \d memor/).click();
			await expect(page.getByRole('listitem').getByText('lives in: Puna').first()).toBeVisible();

			await page.goto('/memories');
			const row = page.getByRole('listitem').filter({ hasText: 'lives in: Puna' });
			await expect(row.getByText('My sister is Asha and I live in Puna.')).toBeVisible();
			await row.getByRole('button', { name: 'Correct' }).click();
			await page.getByLabel('What it should say').fill('Pune');
			await page.getByRole('button', { name: 'Save' }).click();
			const right = page.getByRole('listitem').filter({ hasText: 'lives in: Pune' });
			await right.getByRole('button', { name: 'Pin' }).click();
			await expect(right.getByText('pinned', { exact: true })).toBeVisible();
			await page.getByRole('button', { name: 'Pause' }).click();
			await expect(page.getByText('Remembering is paused.')).toBeVisible();
			await right.getByRole('button', { name: 'Forget' }).click();
			await expect(page.getByText('Nothing yet.')).toBeVisible();
			await page.reload();
			await expect(page.getByText('Nothing yet.')).toBeVisible();
		});
	});
}
