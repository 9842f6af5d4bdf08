/** Collects pieces of text and hands them over once a frame, however fast they come. */
export class FrameBuffer {
	#pieces = '';
	#cancel: (() => void) | undefined;

	constructor(private readonly deliver: (text: string) => void) {}

	push(piece: string): void {
		this.#pieces += piece;
		this.#cancel ??= nextFrame(() => this.flush());
	}

	/** Hands over what has been collected, now. */
	flush(): void {
		this.#cancel?.();
		this.#cancel = undefined;
		const text = this.#pieces;
		this.#pieces = '';
		if (text) this.deliver(text);
	}
}

/** A hidden page draws no frames, so a timer stands in for them. */
function nextFrame(run: () => void): () => void {
	if (document.hidden) {
		const timer = setTimeout(run, 100);
		return () => clearTimeout(timer);
	}
	const frame = requestAnimationFrame(run);
	return () => cancelAnimationFrame(frame);
}
