/** Where the last whole sentence of a text that is still growing ends, as an index. */
export function endOfSentences(text: string): number {
	let end = 0;
	for (const match of text.matchAll(/[.!?…।॥]+["'”’)\]]*(?=\s)|\n/gu)) {
		end = match.index + match[0].length;
	}
	return end;
}

/** Hands out a growing text in whole sentences, for a voice that must not stutter. */
export class SentenceReader {
	#spoken = 0;

	/** The sentences completed since the last call; `ended` gives the rest too. */
	next(text: string, ended: boolean): string {
		const end = ended ? text.length : this.#spoken + endOfSentences(text.slice(this.#spoken));
		const sentences = text.slice(this.#spoken, end).trim();
		this.#spoken = Math.max(this.#spoken, end);
		return sentences;
	}
}
