//! Measures recall: how long a turn waits for what is remembered of one person with a long history in a `SQLite` file.
//!
//! `bondhu-bench-recall`: for 10,000 and 100,000 messages the time to read them into the index, the memory that it
//! takes, and the latency of a recall as a turn makes it (a new message stored, then recalled for), beside that of the
//! index alone and of comparing as many vectors, which an embedding model adds. The texts are made up: words of a vocabulary of 30,000 by Zipf's law, half of them stop words, 50 messages
//! a conversation. A question takes its words from an earlier message.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use bondhu::memory::{
    index::{Document, Index},
    recall::Recall,
    vectors::{Vectors, bytes},
};
use bondhu_bench::{in_mebibytes, machine, write_between};
use bondhu_store::{
    ConversationId, MessageId, NewConversation, NewMessage, NewUser, Sender, Status, Store, StoreConfig, Timestamp,
    UserId,
};
use clap::Parser;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use uuid::Uuid;

/// The command line.
#[derive(Debug, Parser)]
struct Arguments {
    /// Puts the table between the `bench-recall` markers of this file as well.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Fewer messages and questions, so that it takes seconds; its figures mean little.
    #[arg(long)]
    quick: bool,
}

/// When the history begins, and how far its messages are apart.
const BEGIN_MILLIS: i64 = 1_700_000_000_000;
const APART_MILLIS: i64 = 300_000;
const CONVERSATION: usize = 50;
const VOCABULARY: f64 = 30_000.0;
/// Messages of one transaction.
const BATCH: usize = 2_000;
/// How many matches a turn looks at.
const LOOKED_AT: usize = 40;
/// Of the vectors of a common embedding model, and how many of the nearest a turn looks at.
const DIMENSIONS: usize = 768;
const NEAREST: usize = 12;
/// So many questions are compared by meaning: each takes as long as the others.
const COMPARED: usize = 200;

/// What was measured with one number of messages.
struct Figures {
    messages: usize,
    build: Duration,
    bytes: u64,
    turn: Spread,
    search: Spread,
    meaning: Spread,
}

/// The middle and the slow end of a latency.
struct Spread {
    p50: Duration,
    p99: Duration,
}

/// One person's history, in the store and at hand.
struct History {
    store: Store,
    user: UserId,
    texts: Vec<String>,
    random: StdRng,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (sizes, questions) = if arguments.quick { ([500, 2_000], 50) } else { ([10_000, 100_000], 2_000) };
    let mut figures = Vec::new();
    for messages in sizes {
        figures.push(measure(messages, questions).await?);
    }
    let table = table(&figures, questions)?;
    std::io::stdout().write_all(table.as_bytes()).context("the table could not be printed")?;
    arguments.write.map_or(Ok(()), |file| write_between(&file, "bench-recall", &table))
}

#[expect(clippy::disallowed_methods, reason = "the time of real work is what is measured")]
async fn measure(messages: usize, questions: usize) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let mut history = History::begin(folder.path().join("bondhu.db")).await?;
    history.tell(messages).await?;
    let asked: Vec<String> = (0..questions).map(|_| history.question()).collect();

    let recall = Recall::default();
    let before = resident_bytes()?;
    let began = Instant::now();
    recall.recall(&history.store, history.user, &asked[0], &[], history.now()).await?;
    let build = began.elapsed();
    let bytes = resident_bytes()?.saturating_sub(before);

    let mut turns = Vec::with_capacity(questions);
    for question in &asked {
        history.tell(1).await?;
        let began = Instant::now();
        std::hint::black_box(recall.recall(&history.store, history.user, question, &[], history.now()).await?);
        turns.push(began.elapsed());
    }

    let index = index_of(&history.texts[..messages]);
    let search = |question: &String| {
        let began = Instant::now();
        std::hint::black_box(index.search(question, LOOKED_AT));
        began.elapsed()
    };
    let searches = asked.iter().map(search).collect();
    let meaning = spread(compare(messages, questions.min(COMPARED), &mut history.random));
    Ok(Figures { messages, build, bytes, turn: spread(turns), search: spread(searches), meaning })
}

/// How long it takes to find the nearest of so many vectors of noise.
#[expect(clippy::disallowed_methods, reason = "the time of real work is what is measured")]
fn compare(messages: usize, questions: usize, random: &mut StdRng) -> Vec<Duration> {
    let mut vector = || (0..DIMENSIONS).map(|_| random.random_range(-1.0..1.0)).collect::<Vec<f32>>();
    let mut vectors = Vectors::default();
    for key in 0..messages {
        vectors.add(key, &bytes(&vector()));
    }
    let compare = |_| {
        let question = vector();
        let began = Instant::now();
        std::hint::black_box(vectors.nearest(&question, NEAREST));
        began.elapsed()
    };
    (0..questions).map(compare).collect()
}

impl History {
    async fn begin(path: PathBuf) -> Result<Self> {
        let store = Store::open(&StoreConfig::sqlite(path)).await?;
        store.migrate().await?;
        let user = UserId(Uuid::from_u128(1));
        let person = NewUser {
            id: user,
            username: "anna".to_owned(),
            display_name: "Anna".to_owned(),
            password_hash: "none".to_owned(),
            created_at: Timestamp::from_millis(BEGIN_MILLIS),
        };
        store.create_user(person).await?;
        Ok(Self { store, user, texts: Vec::new(), random: StdRng::seed_from_u64(7) })
    }

    /// When the next message is said.
    fn now(&self) -> Timestamp {
        let said = i64::try_from(self.texts.len()).expect("far fewer messages than that");
        Timestamp::from_millis(BEGIN_MILLIS + said * APART_MILLIS)
    }

    /// Stores so many more messages, as many conversations as they need.
    async fn tell(&mut self, messages: usize) -> Result<()> {
        let mut left = messages;
        while left > 0 {
            let mut tx = self.store.begin().await?;
            for _ in 0..left.min(BATCH) {
                let (number, now) = (self.texts.len(), self.now());
                let conversation = ConversationId(Uuid::from_u128((number / CONVERSATION) as u128));
                if number.is_multiple_of(CONVERSATION) {
                    let new = NewConversation { id: conversation, title: String::new(), now };
                    tx.create_conversation(self.user, new).await?;
                }
                let text = self.message();
                let parent = (!number.is_multiple_of(CONVERSATION)).then(|| number - 1);
                tx.append_message(self.user, row(number, parent, conversation, &text)).await?;
                self.texts.push(text);
            }
            tx.commit().await?;
            left -= left.min(BATCH);
        }
        Ok(())
    }

    fn message(&mut self) -> String {
        const STOP: &[&str] = &["the", "i", "and", "to", "a", "was", "it", "of", "in", "my", "that", "is"];
        let words = self.random.random_range(6..26);
        let mut text = String::new();
        for _ in 0..words {
            let word = if self.random.random_bool(0.5) {
                (*STOP.choose(&mut self.random).expect("there are some")).to_owned()
            } else {
                word(VOCABULARY.powf(self.random.random::<f64>()))
            };
            text.push_str(&word);
            text.push(' ');
        }
        text
    }

    /// Up to six words of an earlier message.
    fn question(&mut self) -> String {
        let text = self.texts.choose(&mut self.random).expect("something was said");
        let words: Vec<&str> = text.split_whitespace().collect();
        let most = words.len().min(6);
        words.sample(&mut self.random, most).copied().collect::<Vec<_>>().join(" ") + "?"
    }
}

fn row(number: usize, parent: Option<usize>, conversation_id: ConversationId, text: &str) -> NewMessage {
    let said = |number: usize| {
        Timestamp::from_millis(BEGIN_MILLIS + i64::try_from(number).expect("few messages") * APART_MILLIS)
    };
    let now = said(number);
    NewMessage {
        id: MessageId(id(now, number)),
        conversation_id,
        parent_id: parent.map(|parent| MessageId(id(said(parent), parent))),
        sender: Sender::User,
        text: text.to_owned(),
        status: Status::Complete,
        answered_by: None,
        sentiment: Some(0.5),
        mood: None,
        confidence: None,
        crisis_level: None,
        idempotency_key: None,
        lease_until: None,
        created_at: now,
    }
}

/// An id whose first 48 bits are milliseconds, as those of a `UUIDv7` are.
fn id(now: Timestamp, number: usize) -> Uuid {
    let millis = u128::try_from(now.as_millis()).expect("after 1970");
    Uuid::from_u128((millis << 80) | number as u128)
}

/// The word of a rank: three to five letters that no stemmer cuts.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank is a small positive number")]
fn word(rank: f64) -> String {
    const CONSONANTS: &[u8] = b"bdfgkmnprtvz";
    const VOWELS: &[u8] = b"aiou";
    let mut rest = rank as usize;
    let mut word = String::new();
    loop {
        word.push(char::from(CONSONANTS[rest % CONSONANTS.len()]));
        rest /= CONSONANTS.len();
        word.push(char::from(VOWELS[rest % VOWELS.len()]));
        rest /= VOWELS.len();
        if rest == 0 {
            return word + "k";
        }
    }
}

fn index_of(texts: &[String]) -> Index<usize> {
    let mut index = Index::default();
    for (key, text) in texts.iter().enumerate() {
        let session = Some((key / CONVERSATION) as u128);
        index.add(&Document { key, speaker: None, session, text: text.clone() });
    }
    index
}

fn spread(mut times: Vec<Duration>) -> Spread {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    Spread { p50: at(50), p99: at(99) }
}

/// Resident memory of this process.
fn resident_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("cannot read /proc/self/status; this needs Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS line")?;
    let kib = line.split_ascii_whitespace().next().context("an empty VmRSS line")?;
    Ok(kib.parse::<u64>().context("VmRSS is not a number")? * 1024)
}

fn table(figures: &[Figures], questions: usize) -> Result<String> {
    let mut table = String::from(
        "| messages of one person | index built in | its memory | recall p50 | recall p99 | index alone p50 | index alone p99 | vectors p50 | vectors p99 |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let millis = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    for figure in figures {
        let (turn, search) = (&figure.turn, &figure.search);
        let (build, memory) = (figure.build.as_secs_f64(), in_mebibytes(figure.bytes));
        let (p50, p99) = (millis(turn.p50), millis(turn.p99));
        let (alone50, alone99) = (millis(search.p50), millis(search.p99));
        let (meaning50, meaning99) = (millis(figure.meaning.p50), millis(figure.meaning.p99));
        let messages = figure.messages;
        writeln!(
            table,
            "| {messages} | {build:.2} s | {memory:.0} MiB | {p50} | {p99} | {alone50} | {alone99} | {meaning50} | {meaning99} |"
        )?;
    }
    writeln!(table, "\n{questions} questions each, SQLite. {}", machine())?;
    Ok(table)
}
