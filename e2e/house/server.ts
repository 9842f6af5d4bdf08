import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program, answers, freePort } from './program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const binary = resolve(root, process.env.BONDHU_BIN ?? 'target/release/bondhu');

/** The real binary on a free port, with a data folder of its own. */
export class House {
	readonly #program = new Program();

	private constructor(
		readonly url: string,
		private readonly port: number,
		private readonly folder: string,
		private readonly settings: Record<string, string>
	) {}

	static async open(settings: Record<string, string>): Promise<House> {
		const port = await freePort();
		const folder = await mkdtemp(join(tmpdir(), 'bondhu-e2e-'));
		const house = new House(`http://127.0.0.1:${port}`, port, folder, settings);
		await house.start();
		return house;
	}

	/** Starts the process and waits until it is ready to answer. */
	async start(): Promise<void> {
		const env = {
			HOME: this.folder,
			BONDHU_DATA_DIR: this.folder,
			BONDHU_SIGN_UP: 'open',
			...this.settings
		};
		await this.#program.start(
			binary,
			['serve', '--listen', `127.0.0.1:${this.port}`],
			{ cwd: this.folder, env },
			() => answers(`${this.url}/readyz`)
		);
	}

	/** Runs another command of the binary on the same data. */
	async command(...args: string[]): Promise<void> {
		const child = spawn(binary, args, {
			env: { PATH: process.env.PATH, HOME: this.folder, BONDHU_DATA_DIR: this.folder },
			stdio: 'ignore'
		});
		const [code] = (await once(child, 'exit')) as [number | null];
		if (code !== 0) throw new Error(`bondhu ${args.join(' ')} ended with ${code}`);
	}

	/** Pulls the plug. */
	async kill(): Promise<void> {
		await this.#program.kill();
	}

	async close(): Promise<void> {
		await this.kill();
		await rm(this.folder, { recursive: true, force: true });
	}
}
