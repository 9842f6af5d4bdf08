import { converse, expect, expectAccessible, mine, say, test } from '../house/test.js';

test('a day is read from messages, said in one word and shown as both', async ({
	page,
	house,
	signUp
}) => {
	await signUp();
	await converse(page, house, ['I feel so sad and empty', 'My friends are gone and I am so sad']);
	await page.goto('/mood');
	const point = page.getByRole('button', { name: /sad, .*heavy, read from 2 messages/ });
	await expect(point).toBeVisible();
	await point.click();
	await expect(
		page.getByRole('link', { name: 'I feel so sad and empty', exact: true })
	).toBeVisible();

	await page.getByText('calm', { exact: true }).first().click();
	await page.getByLabel('A few words, if you like').fill('A walk by the river');
	await page.getByRole('button', { name: 'Keep it' }).click();
	await expect(page.getByText('You said calm').first()).toBeVisible();
	await expect(page.getByRole('button', { name: /calm, .*good, you said so/ })).toBeVisible();
	await expectAccessible(page);

	await page.reload();
	await expect(page.getByText('A walk by the river').first()).toBeVisible();
	await page.getByText('The same as a table').click();
	await expect(page.getByRole('cell', { name: 'you said so' })).toBeVisible();
	await page.getByRole('button', { name: 'Take it back' }).click();
	await expect(page.getByRole('button', { name: /read from 2 messages/ })).toBeVisible();

	await page.getByRole('button', { name: /read from 2 messages/ }).click();
	await page.getByRole('link', { name: 'I feel so sad and empty', exact: true }).click();
	await expect(mine(page).filter({ hasText: 'I feel so sad and empty' })).toBeVisible();
});

test('the questionnaire is answered by keys, left, taken up again, and explained', async ({
	page,
	signUp
}) => {
	await signUp();
	await page.goto('/personality');
	await expect(page.getByText('not known yet')).toHaveCount(5);
	await page.getByRole('link', { name: 'Begin' }).click();
	await expect(page.getByRole('heading', { name: 'I am the life of the party.' })).toBeVisible();
	await page.keyboard.press('5');
	await expect(page.getByRole('heading', { name: /I sympathize/ })).toBeVisible();
	await page.getByRole('button', { name: 'Back' }).click();
	await expect(page.getByRole('button', { name: /Very accurate/ })).toHaveAttribute(
		'aria-pressed',
		'true'
	);
	await page.keyboard.press('4');
	await expect(page.getByRole('heading', { name: /I sympathize/ })).toBeVisible();
	await page.getByRole('button', { name: 'Leave it out' }).click();
	await expect(page.getByText('2 of 20 done')).toBeVisible();
	await page.getByRole('link', { name: 'Go on later' }).click();
	await page.getByRole('link', { name: 'Go on' }).click();
	await expect(page.getByText('2 of 20 done')).toBeVisible();
	// Nobody has to wait until an answer is kept.
	for (let item = 3; item <= 20; item++) await page.keyboard.press('4');
	await expect(page.getByText(/Last answered on/)).toBeVisible();
	await expect(page.getByText('not known yet')).toHaveCount(0);

	const before = await page.getByText(/likely between/).allTextContents();
	await page.getByRole('button', { name: 'Why Openness' }).click();
	const why = page.getByRole('dialog');
	await expect(why.getByText('Your answers in the questionnaire').first()).toBeVisible();
	await why.getByRole('button', { name: /Strike out/ }).click();
	await expect(why.getByText('Openness: not known yet.')).toBeVisible();
	await expectAccessible(page);
	await why.getByRole('button', { name: /Let it count/ }).click();
	await expect(why.getByText('struck out')).toHaveCount(0);
	await why.getByRole('button', { name: 'Close' }).click();
	await expect(page.getByText(/likely between/)).toHaveText(before);

	await page.getByRole('button', { name: 'Lock Openness' }).click();
	await expect(page.getByRole('button', { name: 'Locked Openness' })).toHaveAttribute(
		'aria-pressed',
		'true'
	);
	await page.getByRole('button', { name: 'Forget it all' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Forget it all' }).click();
	await expect(page.getByText('not known yet')).toHaveCount(5);
});

test('the help card asks for the country once and keeps it', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await say(page, 'I want to die');
	const card = page.getByRole('region', { name: 'You deserve a person now' });
	await card.getByLabel('Where are you?').selectOption('IN');
	await expect(card.getByText('14416')).toBeVisible();
	await expect(card.getByLabel('Where are you?')).toHaveCount(0);
	await page.reload();
	await expect(card.getByText('14416')).toBeVisible();
});
