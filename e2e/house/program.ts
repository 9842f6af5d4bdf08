import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 30_000;

/** A program that a test runs, and what it has said. */
export class Program {
	#child: ChildProcess | undefined;
	#log = '';

	/** Everything that it has written, over all its runs. */
	get log(): string {
		return this.#log;
	}

	/** Starts it and waits until it is ready. */
	async start(
		command: string,
		args: string[],
		place: { cwd: string; env: Record<string, string | undefined> },
		isReady: () => Promise<boolean>
	): Promise<void> {
		const env = { PATH: process.env.PATH, ...place.env };
		const child = spawn(command, args, { ...place, env, stdio: ['ignore', 'pipe', 'pipe'] });
		this.#child = child;
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (piece: Buffer) => (this.#log += piece.toString()));
		}
		const end = Date.now() + PATIENCE_MS;
		while (Date.now() < end && child.exitCode === null) {
			if (await isReady().catch(() => false)) return;
			await pause(50);
		}
		throw new Error(`${command} ${args.join(' ')} did not become ready:\n${this.#log}`);
	}

	/** Pulls the plug. */
	async kill(): Promise<void> {
		const child = this.#child;
		this.#child = undefined;
		if (!child || child.exitCode !== null) return;
		const gone = once(child, 'exit');
		child.kill('SIGKILL');
		await gone;
	}
}

/** Whether an address answers with success. */
export async function answers(url: string): Promise<boolean> {
	return (await fetch(url)).ok;
}

export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
