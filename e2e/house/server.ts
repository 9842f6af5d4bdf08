import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = resolve(root, process.env.BONDHU_BIN ?? 'target/release/bondhu');

/** The real binary on a free port, with a data folder of its own. */
export class House {
	#process: ChildProcess | undefined;
	#log = '';

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
		this.#process = spawn(binary, ['serve', '--listen', `127.0.0.1:${this.port}`], {
			cwd: this.folder,
			env: {
				PATH: process.env.PATH,
				HOME: this.folder,
				BONDHU_DATA_DIR: this.folder,
				BONDHU_SIGN_UP: 'open',
				...this.settings
			},
			stdio: ['ignore', 'pipe', 'pipe']
		});
		for (const stream of [this.#process.stdout, this.#process.stderr]) {
			stream?.on('data', (piece: Buffer) => (this.#log += piece.toString()));
		}
		const end = Date.now() + 30_000;
		while (Date.now() < end) {
			if (this.#process.exitCode !== null) break;
			const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
			if (answer?.ok) return;
			await pause(50);
		}
		throw new Error(`${binary} did not become ready:\n${this.#log}`);
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
		const child = this.#process;
		this.#process = undefined;
		if (!child || child.exitCode !== null) return;
		const gone = once(child, 'exit');
		child.kill('SIGKILL');
		await gone;
	}

	async close(): Promise<void> {
		await this.kill();
		await rm(this.folder, { recursive: true, force: true });
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
