import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, freePort } from './program.js';

/** A Redis of its own on a free port, which keeps nothing. */
export class Redis {
	readonly #program = new Program();

	private constructor(
		private readonly port: number,
		private readonly folder: string
	) {}

	get url(): string {
		return `redis://127.0.0.1:${this.port}`;
	}

	static async open(): Promise<Redis> {
		const redis = new Redis(await freePort(), await mkdtemp(join(tmpdir(), 'bondhu-e2e-redis-')));
		await redis.start();
		return redis;
	}

	async start(): Promise<void> {
		const args = [
			'--port',
			`${this.port}`,
			'--bind',
			'127.0.0.1',
			'--save',
			'',
			'--dir',
			this.folder
		];
		await this.#program.start('redis-server', args, { cwd: this.folder, env: {} }, async () => {
			const socket = connect(this.port, '127.0.0.1');
			await once(socket, 'connect');
			socket.destroy();
			return true;
		});
	}

	/** Pulls the plug. */
	kill(): Promise<void> {
		return this.#program.kill();
	}

	async close(): Promise<void> {
		await this.kill();
		await rm(this.folder, { recursive: true, force: true });
	}
}
