import { Program, freePort } from './program.js';
import { binary } from './server.js';

/** What opens the gateways of the tests. */
export const GATEWAY_TOKEN = 'a token for the browser tests';

/** `bondhu upstash` on a free port, in front of a Redis or of its own memory. */
export class Gateway {
	readonly #program = new Program();
	readonly token = GATEWAY_TOKEN;

	private constructor(
		private readonly port: number,
		private readonly redisUrl: string | undefined
	) {}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	static async open(redisUrl: string | undefined): Promise<Gateway> {
		const gateway = new Gateway(await freePort(), redisUrl);
		await gateway.start();
		return gateway;
	}

	async start(): Promise<void> {
		const redis = this.redisUrl === undefined ? [] : ['--redis', this.redisUrl];
		await this.#program.start(
			binary,
			['upstash', '--listen', `127.0.0.1:${this.port}`, ...redis],
			{ cwd: '/', env: { UPSTASH_REDIS_REST_TOKEN: GATEWAY_TOKEN } },
			async () => {
				const headers = { authorization: `Bearer ${GATEWAY_TOKEN}` };
				return (await fetch(`${this.url}/ping`, { headers })).ok;
			}
		);
	}

	/** Pulls the plug. */
	kill(): Promise<void> {
		return this.#program.kill();
	}
}
