import type { components } from './schema.js';

type Schemas = components['schemas'];

export type Instance = Schemas['Instance'];
export type User = Schemas['User'];
export type HelpCard = Schemas['HelpCard'];
export type HelpLine = Schemas['HelpLine'];
export type Session = Schemas['Session'];
export type ApiToken = Schemas['ApiToken'];
export type NewApiToken = Schemas['NewApiToken'];
export type SignUpMode = Schemas['SignUpMode'];
export type Invite = Schemas['Invite'];
export type NewInvite = Schemas['NewInvite'];
export type Conversation = Schemas['Conversation'];
export type ConversationPage = Schemas['ConversationPage'];
export type Message = Schemas['Message'];
export type MessagePage = Schemas['MessagePage'];
export type Hit = Schemas['SearchHit'];
export type HitPage = Schemas['SearchHits'];
export type ModelStatus = Schemas['ModelStatus'];
export type Problem = Schemas['Problem'];
export type TaskOverview = Schemas['TaskOverview'];
export type TaskQueue = Schemas['TaskQueue'];
export type TaskWorker = Schemas['TaskWorker'];
export type ScheduledEntry = Schemas['ScheduledEntry'];
export type DeadTask = Schemas['DeadTask'];
export type DeadTaskDetail = Schemas['DeadTaskDetail'];
export type DeadTaskPage = Schemas['DeadTaskPage'];
