import {
	composer,
	converse,
	expect,
	expectAccessible,
	mine,
	replies,
	say,
	sendButton,
	stopButton,
	talk,
	test
} from '../house/test.js';

test('what was said is there after a reload', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await page.getByRole('button', { name: 'Something good happened today' }).click();
	await expect(replies(page)).toContainText('What stayed with you most?');
	await expect(page).toHaveURL(/\/c\//);
	await expect(composer(page)).toBeFocused();
	await page.reload();
	await expect(mine(page)).toContainText('Something good happened today');
	await expect(replies(page)).toContainText('What stayed with you most?');
});

test('a reply on its way goes on through a reload', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await say(page, 'Talk slowly please');
	await expect(replies(page)).toContainText('One thing');
	await page.reload();
	await expect(stopButton(page)).toBeVisible();
	await expect(replies(page)).toContainText('no hurry at all here. One thing');
	await stopButton(page).click();
	await expect(page.getByText('You stopped this reply.')).toBeVisible();
});

test('stop keeps what came, by button and by Escape', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await say(page, 'Talk slowly please');
	await expect(replies(page).last()).toContainText('One thing at');
	await expectAccessible(page);
	await stopButton(page).click();
	await expect(page.getByText('You stopped this reply.')).toBeVisible();
	await expect(sendButton(page)).toBeVisible();
	await expect(replies(page).last()).toContainText('One thing at');
	await say(page, 'Once more, slowly');
	await expect(replies(page).last()).toContainText('One thing');
	await expect(composer(page)).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByText('You stopped this reply.')).toHaveCount(2);
});

test('another reply stands beside the first', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await talk(page, 'Hello');
	await page.getByRole('button', { name: 'Another reply' }).click();
	const count = page.getByRole('group', { name: 'Versions of this message' });
	await expect(count).toHaveText(/2\s*\/\s*of\s*2/);
	await page.getByRole('button', { name: 'Earlier version' }).click();
	await expect(count).toHaveText(/1\s*\/\s*of\s*2/);
	await page.reload();
	await expect(count).toHaveText(/1\s*\/\s*of\s*2/);
	await expectAccessible(page);
});

test('an edited message begins a branch, and the old one is kept', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await talk(page, 'I like tea');
	await mine(page).hover();
	await mine(page).getByRole('button', { name: 'Edit', exact: true }).click();
	await page.getByLabel('Edit your message').fill('I like coffee');
	await page.getByRole('button', { name: 'Send again' }).click();
	await expect(mine(page)).toContainText('I like coffee');
	await expect(mine(page)).toHaveCount(1);
	await expect(sendButton(page)).toBeVisible();
	await mine(page).getByRole('button', { name: 'Earlier version' }).click();
	await expect(mine(page)).toContainText('I like tea');
	await expect(replies(page)).toHaveCount(1);
});

test('a message is deleted after a question', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await talk(page, 'First thing');
	await talk(page, 'Second thing');
	await mine(page).last().hover();
	await mine(page).last().getByRole('button', { name: 'Delete' }).click();
	const question = page.getByRole('dialog', { name: 'Delete this message?' });
	await expectAccessible(page);
	await question.getByRole('button', { name: 'Keep it' }).click();
	await expect(mine(page)).toHaveCount(2);
	await mine(page).last().hover();
	await mine(page).last().getByRole('button', { name: 'Delete' }).click();
	await question.getByRole('button', { name: 'Delete' }).click();
	await expect(mine(page)).toHaveCount(1);
	await page.reload();
	await expect(mine(page)).toHaveCount(1);
	await expect(mine(page)).toContainText('First thing');
});

test('a long conversation loads earlier messages as one scrolls', async ({
	page,
	house,
	signUp
}) => {
	await signUp();
	const texts = Array.from({ length: 32 }, (_, index) => `Thought number ${index + 1}.`);
	const id = await converse(page, house, texts);
	await page.goto(`/c/${id}`);
	await expect(mine(page).last()).toBeInViewport();
	const thought = (number: number) =>
		mine(page).filter({ has: page.getByText(`Thought number ${number}.`, { exact: true }) });
	await expect(thought(13)).toHaveCount(1);
	await expect(thought(12)).toHaveCount(0);
	await thought(13).scrollIntoViewIfNeeded();
	await expect(thought(1)).toHaveCount(1);
	// The line that is being read has not moved away.
	await expect(thought(13)).toBeInViewport();
});

test('two tabs show the same conversation', async ({ page, house, context, signUp }) => {
	await signUp();
	const id = await converse(page, house, ['Hello']);
	const other = await context.newPage();
	await page.goto(`/c/${id}`);
	await other.goto(`/c/${id}`);
	await expect(replies(other)).toHaveCount(1);
	await say(page, 'Talk slowly please');
	await expect(mine(other)).toHaveCount(2);
	await expect(replies(other).last()).toContainText('One thing');
	await stopButton(other).click();
	await expect(sendButton(page)).toBeVisible();
	await expect(page.getByText('You stopped this reply.')).toBeVisible();
});

test('text that was not sent is kept for its conversation', async ({ page, house, signUp }) => {
	await signUp();
	const id = await converse(page, house, ['Hello']);
	await page.goto(`/c/${id}`);
	await composer(page).fill('Half a thought');
	await page.getByRole('link', { name: 'New conversation' }).first().click();
	await expect(composer(page)).toHaveValue('');
	await page.goBack();
	await expect(composer(page)).toHaveValue('Half a thought');
	await page.reload();
	await expect(composer(page)).toHaveValue('Half a thought');
});

test('everything can be done by keyboard', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await expect(composer(page)).toBeFocused();
	await page.keyboard.type('First');
	await page.keyboard.press('Shift+Enter');
	await page.keyboard.type('and second line');
	await page.keyboard.press('Enter');
	await expect(mine(page)).toContainText('First\nand second line');
	await expect(sendButton(page)).toBeVisible();
	await expect(replies(page)).toContainText('stayed with you');
	await page.keyboard.press('ArrowUp');
	await expect(page.locator('li[data-message]').last()).toBeFocused();
	await page.keyboard.press('ArrowUp');
	await expect(page.locator('li[data-message]').first()).toBeFocused();
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab');
	await expect(mine(page).getByRole('button', { name: 'Edit' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByLabel('Edit your message')).toBeFocused();
	await page.keyboard.press('Escape');
	await page.locator('li[data-message]').first().focus();
	await page.keyboard.press('Escape');
	await expect(composer(page)).toBeFocused();
});

test('replies are read out in whole sentences', async ({ page, signUp }) => {
	await signUp();
	await page.goto('/');
	await talk(page, 'Hello');
	const voice = page.getByRole('log');
	await expect(voice).toContainText('Bondhu is replying.');
	await expect(voice).toContainText('What stayed with you most?');
	await page.goto('/settings');
	await page.getByLabel('Read replies out').uncheck();
	await page.goto('/');
	await talk(page, 'Hello again');
	await expect(page.getByRole('log')).toBeEmpty();
});
