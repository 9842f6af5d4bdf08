//! The public data sets as rows with one kind of target each.

use std::{fs, io, path::Path};

use bondhu_sentiment::{Mood, training::Register};

/// What a row teaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// 0 negative, 1 neutral, 2 positive.
    Polarity(usize),
    /// Bits of [`Mood::ALL`]: right ones, and those among which to choose.
    Mood { right: u16, among: u16 },
    /// From -4 to 4.
    Valence(f32),
}

/// One text with what it teaches.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) text: String,
    pub(crate) targets: Vec<Target>,
    /// Where the data set is from.
    pub(crate) register: Register,
    pub(crate) weight: f32,
}

/// Rows of a file, as columns; the first line names them.
pub(crate) fn rows(path: &Path) -> io::Result<Vec<Vec<String>>> {
    let text = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display())))?;
    Ok(text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// Bits of moods.
pub(crate) fn bits(moods: &[Mood]) -> u16 {
    moods.iter().fold(0, |bits, mood| bits | 1 << (*mood as u16))
}

/// Every mood.
pub(crate) const ALL_MOODS: u16 = 0x7ff;

/// Moods that `GoEmotions` can speak of: nobody there is lonely or tired.
fn forum_moods() -> u16 {
    ALL_MOODS & !bits(&[Mood::Lonely, Mood::Tired])
}

/// The mood of each of the 28 labels of `GoEmotions`, in the order of its `labels.tsv`.
const FORUM: [Option<Mood>; 28] = [
    Some(Mood::Happy),     // admiration
    Some(Mood::Happy),     // amusement
    Some(Mood::Angry),     // anger
    Some(Mood::Angry),     // annoyance
    None,                  // approval
    None,                  // caring
    Some(Mood::Curious),   // confusion
    Some(Mood::Curious),   // curiosity
    Some(Mood::Motivated), // desire
    Some(Mood::Sad),       // disappointment
    None,                  // disapproval
    Some(Mood::Angry),     // disgust
    None,                  // embarrassment
    Some(Mood::Happy),     // excitement
    Some(Mood::Anxious),   // fear
    Some(Mood::Grateful),  // gratitude
    Some(Mood::Sad),       // grief
    Some(Mood::Happy),     // joy
    Some(Mood::Happy),     // love
    Some(Mood::Anxious),   // nervousness
    Some(Mood::Motivated), // optimism
    Some(Mood::Happy),     // pride
    None,                  // realization
    Some(Mood::Calm),      // relief
    Some(Mood::Sad),       // remorse
    Some(Mood::Sad),       // sadness
    None,                  // surprise
    Some(Mood::Neutral),   // neutral
];
const POSITIVE: [usize; 12] = [0, 1, 4, 5, 8, 13, 15, 17, 18, 20, 21, 23];
const NEGATIVE: [usize; 11] = [2, 3, 9, 10, 11, 12, 14, 16, 19, 24, 25];

/// The polarity of a set of labels of `GoEmotions`; none where they pull both ways. Unclear ones count as neutral.
pub(crate) fn forum_polarity(labels: &[usize]) -> Option<usize> {
    let positive = labels.iter().any(|label| POSITIVE.contains(label));
    let negative = labels.iter().any(|label| NEGATIVE.contains(label));
    match (positive, negative) {
        (true, true) => None,
        (true, false) => Some(2),
        (false, true) => Some(0),
        (false, false) => Some(1),
    }
}

pub(crate) fn labels(cell: &str) -> Vec<usize> {
    cell.split(',').filter_map(|label| label.parse().ok()).collect()
}

fn example(text: &str, register: Register, targets: Vec<Target>) -> Example {
    Example { text: tidy(text), targets, register, weight: 1.0 }
}

/// Puts spaced-out names and addresses back together ("@ name", "https // t . co / x"), and drops masks of names.
pub(crate) fn tidy(text: &str) -> String {
    let mut text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("[NAME]", "@user");
    if let Some(at) = text.find("https // t . co").or_else(|| text.find("http // t . co")) {
        text.truncate(at);
        text.push_str("http://t.co");
    }
    text.replace("@ ", "@").replace(" _ ", "_")
}

pub(crate) fn forum(path: &Path) -> io::Result<Vec<Example>> {
    Ok(rows(path)?
        .iter()
        .map(|row| {
            let labels = labels(&row[0]);
            let right = labels.iter().filter_map(|label| FORUM[*label]).fold(0, |bits, mood| bits | 1 << (mood as u16));
            let mut targets = Vec::new();
            targets.extend(forum_polarity(&labels).map(Target::Polarity));
            if right != 0 {
                targets.push(Target::Mood { right, among: forum_moods() });
            }
            example(&row[1], Register::Chat, targets)
        })
        .collect())
}

pub(crate) fn polarity(path: &Path, register: Register) -> io::Result<Vec<Example>> {
    let class = |cell: &str| match cell {
        "0" | "negative" => Some(0),
        "1" | "neutral" => Some(1),
        "2" | "positive" => Some(2),
        _ => None,
    };
    Ok(rows(path)?
        .iter()
        .filter_map(|row| {
            let class = class(&row[0])?;
            Some(example(&row[1], register, vec![Target::Polarity(class)]))
        })
        .collect())
}

/// The moods that the four labels of `TweetEval`'s emotions stand for: anger, joy, optimism, sadness.
pub(crate) fn tweet_moods() -> [u16; 4] {
    [
        bits(&[Mood::Angry]),
        bits(&[Mood::Happy, Mood::Grateful, Mood::Calm]),
        bits(&[Mood::Motivated]),
        bits(&[Mood::Sad, Mood::Anxious, Mood::Lonely, Mood::Tired]),
    ]
}

pub(crate) fn tweet_emotions(path: &Path) -> io::Result<Vec<Example>> {
    let moods = tweet_moods();
    let among = moods.iter().fold(0, |all, bits| all | bits);
    Ok(rows(path)?
        .iter()
        .filter_map(|row| {
            let right = moods[row[0].parse::<usize>().ok()?];
            // Few rows for four labels: each counts five times.
            Some(Example { weight: 5.0, ..example(&row[1], Register::Tweet, vec![Target::Mood { right, among }]) })
        })
        .collect())
}

pub(crate) fn bengali_emotions(path: &Path) -> io::Result<Vec<Example>> {
    let of = |name: &str| match name {
        "happy" | "joy" => Some((Mood::Happy, 2)),
        "sad" | "sadness" => Some((Mood::Sad, 0)),
        "angry" | "anger" | "disgust" => Some((Mood::Angry, 0)),
        "fear" => Some((Mood::Anxious, 0)),
        _ => None,
    };
    let among = bits(&[Mood::Happy, Mood::Sad, Mood::Angry, Mood::Anxious]);
    Ok(rows(path)?
        .iter()
        .filter_map(|row| {
            let (mood, polarity) = of(&row[0])?;
            let targets = vec![Target::Mood { right: bits(&[mood]), among }, Target::Polarity(polarity)];
            Some(Example { weight: 0.5, ..example(&row[1], Register::Bengali, targets) })
        })
        .collect())
}

pub(crate) fn ratings(path: &Path) -> io::Result<Vec<(String, f32)>> {
    Ok(rows(path)?.iter().filter_map(|row| Some((row[2].clone(), row[1].parse().ok()?))).collect())
}

pub(crate) fn mood_named(name: &str) -> Option<Mood> {
    Mood::ALL.into_iter().find(|mood| mood.name() == name)
}

pub(crate) fn register_named(code: &str) -> Register {
    match code {
        "hi" => Register::Hindi,
        "bn" => Register::Bengali,
        "hi-en" => Register::Hinglish,
        "bn-en" => Register::Banglish,
        _ => Register::Chat,
    }
}
