import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Moves the start script of the page into a file of its own, so that the page needs no more than
 * `script-src 'self'`.
 */
export async function moveInlineScript(folder) {
	const page = join(folder, 'index.html');
	const html = await readFile(page, 'utf8');
	const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)];
	if (inline.length !== 1) throw new Error(`expected one inline script, found ${inline.length}`);
	const [tag, script] = inline[0];
	const hash = createHash('sha256').update(script).digest('hex').slice(0, 10);
	const name = `_app/immutable/start.${hash}.js`;
	await writeFile(join(folder, name), script);
	await writeFile(
		page,
		html.replace(tag, () => `<script src="/${name}"></script>`)
	);
}
