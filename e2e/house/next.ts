import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Program, answers, freePort } from './program.js';

const folder = fileURLToPath(new URL('../../examples/nextjs', import.meta.url));
const next = createRequire(`${folder}/package.json`).resolve('next/dist/bin/next');

/** The Next.js example, built, on a free port. */
export class NextApp {
	readonly #program = new Program();

	private constructor(readonly url: string) {}

	/** What it has written, warnings of its cache among it. */
	get log(): string {
		return this.#program.log;
	}

	static async open(env: Record<string, string>): Promise<NextApp> {
		const port = await freePort();
		const app = new NextApp(`http://127.0.0.1:${port}`);
		const args = [next, 'start', '--hostname', '127.0.0.1', '--port', `${port}`];
		await app.#program.start(
			process.execPath,
			args,
			{ cwd: folder, env: { NEXT_TELEMETRY_DISABLED: '1', ...env } },
			() => answers(app.url)
		);
		return app;
	}

	close(): Promise<void> {
		return this.#program.kill();
	}
}
