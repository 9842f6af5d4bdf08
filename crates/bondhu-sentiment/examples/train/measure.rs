//! Figures on the development parts, and what is chosen by them.

use bondhu_sentiment::{
    Mood,
    training::{HEADS, MOODS, Model, features, mood_phrases, parts},
};

use crate::{
    Parts,
    data::{self, Example, Target},
    figures::{Confusion, correlation},
};

fn best(scores: &[f32]) -> usize {
    (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
}

struct Scored {
    scores: [f32; HEADS],
    language: usize,
    targets: Vec<Target>,
}

fn scored(model: &Model<'_>, examples: &[Example]) -> Vec<Scored> {
    examples
        .iter()
        .map(|example| {
            let features = features(&example.text);
            let language = model.language(&features, [0.0; 3]);
            Scored {
                scores: model.scores(&features, language),
                language: language as usize,
                targets: example.targets.clone(),
            }
        })
        .collect()
}

fn polarity(rows: &[Scored], shift: impl Fn(usize) -> [f32; 3]) -> Confusion {
    let mut confusion = Confusion::new(3);
    for row in rows {
        for target in &row.targets {
            if let Target::Polarity(class) = target {
                let shift = shift(row.language);
                let scores: Vec<f32> = (0..3).map(|k| row.scores[k] + shift[k]).collect();
                confusion.add(*class, best(&scores));
            }
        }
    }
    confusion
}

fn dev<'a>(data: &'a Parts, name: &str) -> &'a [Example] {
    data.dev.iter().find(|(known, _)| *known == name).map_or(&[], |(_, examples)| examples)
}

/// What a shift of the polarities is worth.
type Goal<'a> = Box<dyn Fn([f32; 3]) -> f64 + 'a>;

/// Shifts the polarities of each language in Latin letters to where the development parts like them best.
pub(crate) fn tune_polarity(model: &mut Model<'_>, data: &Parts) {
    let [tweets, forum] = ["tweets", "forum"].map(|name| scored(model, dev(data, name)));
    let [hinglish, banglish] = ["sentimix", "bnsentmix"].map(|name| scored(model, dev(data, name)));
    let goals: [(usize, Goal<'_>); 3] = [
        (
            0,
            Box::new(|shift| {
                // The tweets come from years with another mix of classes: the mean recall is what counts there.
                polarity(&tweets, |_| shift).mean_recall() + polarity(&forum, |_| shift).macro_f1()
            }),
        ),
        (3, Box::new(|shift| polarity(&hinglish, |_| shift).macro_f1())),
        (4, Box::new(|shift| polarity(&banglish, |_| shift).macro_f1())),
    ];
    for (language, goal) in goals {
        let mut found = ([0.0_f32; 3], goal([0.0; 3]));
        for negative in -4..=4_i8 {
            for positive in -4..=4_i8 {
                let shift = [f32::from(negative) * 0.08, 0.0, f32::from(positive) * 0.08];
                let value = goal(shift);
                if value > found.1 + 1e-9 {
                    found = (shift, value);
                }
            }
        }
        println!("language {language}: shift {:?}, {:.4}", found.0, found.1);
        for k in 0..3 {
            model.dense.biases[language][k] += found.0[k];
        }
    }
}

fn mood_right(model: &Model<'_>, weight: f32, language: &str, rows: &[Vec<String>]) -> (f64, f64) {
    let (mut right, mut all) = (0.0, 0.0);
    for row in rows.iter().filter(|row| (row[2] == "en") == (language == "en")) {
        let read = features(&row[5]);
        let scores = model.scores(&read, model.language(&read, [0.0; 3]));
        let phrases = mood_phrases(&row[5]);
        let logits: Vec<f32> = (0..11).map(|k| scores[MOODS + k] + weight * phrases[k]).collect();
        right += f64::from(u8::from(Some(Mood::ALL[best(&logits)]) == data::mood_named(&row[3])));
        all += 1.0;
    }
    (right, all)
}

/// Chooses how much a mood phrase counts.
pub(crate) fn tune_moods(model: &mut Model<'_>, data: &Parts) {
    let mut found = (0.0, f64::MIN);
    for weight in [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0] {
        let (english, all) = mood_right(model, weight, "en", &data.moods);
        let (other, others) = mood_right(model, weight, "", &data.moods);
        let (forum, emotion) =
            (moods(model, dev(data, "forum"), weight), emotions(model, dev(data, "emotion"), weight));
        println!(
            "phrase {weight}: own {:.3} {:.3}, forum {forum:.4}, emotion {emotion:.4}",
            english / all,
            other / others
        );
        let sum = english / all.max(1.0) + other / others.max(1.0) + 2.0 * forum + 2.0 * emotion;
        if sum > found.1 {
            found = (weight, sum);
        }
    }
    model.dense.phrase = found.0;
}

fn logits(model: &Model<'_>, text: &str, weight: f32) -> Vec<f32> {
    let read = features(text);
    let scores = model.scores(&read, model.language(&read, [0.0; 3]));
    let phrases = mood_phrases(text);
    (0..11).map(|k| scores[MOODS + k] + weight * phrases[k]).collect()
}

/// Macro-F1 over the eight moods that `GoEmotions` can tell, on rows with one of them.
fn moods(model: &Model<'_>, examples: &[Example], weight: f32) -> f64 {
    let eight = [
        Mood::Happy,
        Mood::Grateful,
        Mood::Calm,
        Mood::Motivated,
        Mood::Sad,
        Mood::Anxious,
        Mood::Angry,
        Mood::Neutral,
    ];
    let mut confusion = Confusion::new(8);
    for example in examples {
        for target in &example.targets {
            let Target::Mood { right, .. } = target else { continue };
            let Some(class) = eight.iter().position(|mood| *right == data::bits(&[*mood])) else { continue };
            let logits = logits(model, &example.text, weight);
            let among: Vec<f32> = eight.iter().map(|mood| logits[*mood as usize]).collect();
            confusion.add(class, best(&among));
        }
    }
    confusion.macro_f1()
}

/// Macro-F1 over the four labels of `TweetEval`, each by the sum of the shares of its moods.
fn emotions(model: &Model<'_>, examples: &[Example], weight: f32) -> f64 {
    let groups = data::tweet_moods();
    let mut confusion = Confusion::new(4);
    for example in examples {
        for target in &example.targets {
            let Target::Mood { right, .. } = target else { continue };
            let logits = logits(model, &example.text, weight);
            let sums: Vec<f32> = groups
                .iter()
                .map(|group| (0..11).filter(|k| group >> k & 1 == 1).map(|k| logits[k].exp()).sum())
                .collect();
            if let Some(class) = groups.iter().position(|group| group == right) {
                confusion.add(class, best(&sums));
            }
        }
    }
    confusion.macro_f1()
}

/// Prints the figures.
pub(crate) fn report(model: &Model<'_>, data: &Parts) {
    for (name, examples) in &data.dev {
        let confusion = polarity(&scored(model, examples), |_| [0.0; 3]);
        println!(
            "{name}: AvgRec {:.4} F1 {:.4} accuracy {:.4}",
            confusion.mean_recall(),
            confusion.macro_f1(),
            confusion.accuracy()
        );
    }
    println!("forum mood-8 {:.4}", moods(model, dev(data, "forum"), model.dense.phrase));
    println!("tweet emotion {:.4}", emotions(model, dev(data, "emotion"), model.dense.phrase));
    for (name, ratings) in &data.ratings_held {
        let rows: Vec<([f32; 4], f32)> = ratings.iter().map(|(text, valence)| (parts(model, text), *valence)).collect();
        let with = |of: &dyn Fn(&[f32; 4]) -> f32| {
            correlation(&rows.iter().map(|(x, y)| (f64::from(of(x)), f64::from(*y))).collect::<Vec<_>>())
        };
        let stack = model.dense.stack;
        println!(
            "{name}: r {:.4} (polarity {:.4} valence {:.4} rules {:.4})",
            with(&|x| x.iter().zip(&stack).map(|(a, b)| a * b).sum()),
            with(&|x| x[0]),
            with(&|x| x[1]),
            with(&|x| x[2])
        );
    }
}
