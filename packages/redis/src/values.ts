/** One message, as the API gives it. */
export interface Message {
	id: string;
	conversation_id: string;
	sender: 'user' | 'companion';
	text: string;
	created_at: string;
	updated_at: string;
}

/** The newest messages, newest first. */
export interface MessagePage {
	items: Message[];
	older?: string | null;
	newer?: string | null;
}
