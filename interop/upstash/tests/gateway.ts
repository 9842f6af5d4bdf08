import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisConfigNodejs } from '@upstash/redis';

export const TOKEN = 'a-token-for-tests-alone';

/** The servers that are installed here. Debian bookworm has no Valkey. */
export const SERVERS = ['redis-server', 'valkey-server'].filter((name) => {
	const found = spawnSync(name, ['--version']).status === 0;
	if (!found) console.log(`skipped: ${name} is not installed on this machine`);
	return found;
});

export interface Gateway {
	url: string;
	/** A client that is used as applications use it. */
	client(options?: Partial<RedisConfigNodejs>): Redis;
	stop(): Promise<void>;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

async function answers(port: number): Promise<void> {
	for (let tries = 0; tries < 400; tries++) {
		const socket = connect(port, '127.0.0.1');
		const up = await new Promise<boolean>((resolve) => {
			socket.once('connect', () => resolve(true));
			socket.once('error', () => resolve(false));
		});
		socket.destroy();
		if (up) return;
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
	throw new Error(`nothing answers on port ${port}`);
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	child.kill('SIGKILL');
	await once(child, 'exit');
}

/** Starts a server of this kind and the gateway in front of it. */
export async function startGateway(server: string): Promise<Gateway> {
	const bondhu = process.env.INTEROP_BONDHU;
	if (!bondhu)
		throw new Error('INTEROP_BONDHU must be the path of the binary; scripts/interop.sh sets it');
	const folder = mkdtempSync(join(tmpdir(), 'bondhu-interop-'));
	const [redisPort, port] = [await freePort(), await freePort()];
	const redis = spawn(
		server,
		['--bind', '127.0.0.1', '--port', String(redisPort), '--save', '', '--dir', folder],
		{ stdio: 'ignore' }
	);
	await answers(redisPort);
	const gateway = spawn(
		bondhu,
		['upstash', '--listen', `127.0.0.1:${port}`, '--redis', `redis://127.0.0.1:${redisPort}`],
		{
			stdio: ['ignore', 'ignore', 'inherit'],
			cwd: folder,
			env: { PATH: process.env.PATH, HOME: folder, UPSTASH_REDIS_REST_TOKEN: TOKEN }
		}
	);
	await answers(port);
	const url = `http://127.0.0.1:${port}`;
	return {
		url,
		client: (options) => new Redis({ url, token: TOKEN, enableTelemetry: false, ...options }),
		stop: async () => {
			await end(gateway);
			await end(redis);
			rmSync(folder, { recursive: true, force: true });
		}
	};
}
