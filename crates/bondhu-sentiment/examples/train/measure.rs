//! Figures on the development parts, and what is chosen by them.

use bondhu_sentiment::{
    Mood,
    training::{Answers, MOODS, Model, REGISTERS, Reading, Register, mood_phrases, parts, polarity_head, reading},
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
    polarity: [f32; 3],
    register: Register,
    targets: Vec<Target>,
}

fn answers(model: &Model<'_>, text: &str) -> (Answers, Reading) {
    let reading = reading(text, |features, extra| model.register(features, extra));
    (model.answers(&reading), reading)
}

fn scored(model: &Model<'_>, examples: &[Example]) -> Vec<Scored> {
    examples
        .iter()
        .map(|example| {
            let (answers, reading) = answers(model, &example.text);
            Scored { polarity: answers.polarity, register: reading.register, targets: example.targets.clone() }
        })
        .collect()
}

fn polarity(rows: &[Scored], shift: impl Fn(Register) -> [f32; 3]) -> Confusion {
    let mut confusion = Confusion::new(3);
    for row in rows {
        for target in &row.targets {
            if let Target::Polarity(class) = target {
                let shift = shift(row.register);
                let scores: Vec<f32> = (0..3).map(|k| row.polarity[k] + shift[k]).collect();
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

/// Shifts of the heads' biases, by register.
pub(crate) type Shifts = [[f32; 2]; REGISTERS];

/// Shifts the polarities of each register in Latin letters to where the development parts like them best.
pub(crate) fn tune_polarity(model: &Model<'_>, data: &Parts) -> Shifts {
    let [tweets, forum] = ["tweets", "forum"].map(|name| scored(model, dev(data, name)));
    let [hinglish, banglish] = ["sentimix", "bnsentmix"].map(|name| scored(model, dev(data, name)));
    let only = |register: Register, shift: [f32; 3]| move |of: Register| if of == register { shift } else { [0.0; 3] };
    let goals: [(Register, Goal<'_>); 4] = [
        (Register::Chat, Box::new(|shift| polarity(&forum, only(Register::Chat, shift)).macro_f1())),
        // The tweets come from years with another mix of classes: the mean recall is what counts there.
        (Register::Tweet, Box::new(|shift| polarity(&tweets, only(Register::Tweet, shift)).mean_recall())),
        (Register::Hinglish, Box::new(|shift| polarity(&hinglish, only(Register::Hinglish, shift)).macro_f1())),
        (Register::Banglish, Box::new(|shift| polarity(&banglish, only(Register::Banglish, shift)).macro_f1())),
    ];
    let mut shifts = [[0.0; 2]; REGISTERS];
    for (register, goal) in goals {
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
        println!("{register:?}: shift {:?}, {:.4}", found.0, found.1);
        shifts[register as usize] = [found.0[0], found.0[2]];
    }
    shifts
}

/// Applies the shifts of [`tune_polarity`].
pub(crate) fn shift(model: &mut Model<'_>, shifts: &Shifts) {
    for register in [Register::Chat, Register::Tweet, Register::Hinglish, Register::Banglish] {
        let at = polarity_head(register);
        let biases = &mut model.dense.biases[register as usize];
        biases[at] += shifts[register as usize][0];
        biases[at + 1] += shifts[register as usize][1];
    }
}

/// How much polarities have to be drawn together or apart until their shares are as often right as they say, for English
/// and for Hindi and Bengali in Latin letters: the factors with the least log-loss on the development parts.
pub(crate) fn tune_sharpness(model: &Model<'_>, data: &Parts) -> [f32; 3] {
    [&["forum", "tweets"][..], &["sentimix"], &["bnsentmix"]].map(|names| {
        let sets: Vec<Vec<Scored>> = names.iter().map(|name| scored(model, dev(data, name))).collect();
        let loss = |factor: f32| sets.iter().map(|rows| log_loss(rows, factor)).sum::<f32>() / sets.len() as f32;
        let factors = (6..=100_u8).map(|step| f32::from(step) * 0.05);
        let best = factors.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0);
        println!("sharpness of {names:?} {best:.2}: log-loss {:.4}, without {:.4}", loss(best), loss(1.0));
        best
    })
}

fn log_loss(rows: &[Scored], factor: f32) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for row in rows {
        for target in &row.targets {
            if let Target::Polarity(class) = target {
                let scores = row.polarity.map(|score| score * factor);
                let most = scores.into_iter().fold(f32::MIN, f32::max);
                let all: f32 = scores.iter().map(|score| (score - most).exp()).sum();
                sum += all.ln() + most - scores[*class];
                count += 1.0;
            }
        }
    }
    sum / count
}

/// Applies the factors of [`tune_sharpness`].
pub(crate) fn sharpen(model: &mut Model<'_>, [english, hinglish, banglish]: [f32; 3]) {
    let dense = &mut model.dense;
    for head in 0..MOODS {
        dense.scales[0][head] *= english;
        dense.weights[0].iter_mut().for_each(|weights| weights[head] *= english);
    }
    for (which, factor) in [hinglish, banglish].into_iter().enumerate() {
        dense.romanised_scales[which].iter_mut().for_each(|scale| *scale *= factor);
        dense.romanised_weights[which].iter_mut().flatten().for_each(|weight| *weight *= factor);
    }
    for (register, factor) in [
        (Register::Chat, english),
        (Register::Tweet, english),
        (Register::Hinglish, hinglish),
        (Register::Banglish, banglish),
    ] {
        dense.biases[register as usize][..MOODS].iter_mut().for_each(|bias| *bias *= factor);
    }
}

fn mood_right(model: &Model<'_>, weight: f32, language: &str, rows: &[Vec<String>]) -> (f64, f64) {
    let (mut right, mut all) = (0.0, 0.0);
    for row in rows.iter().filter(|row| (row[2] == "en") == (language == "en")) {
        let logits = logits(model, &row[5], weight);
        right += f64::from(u8::from(Some(Mood::ALL[best(&logits)]) == data::mood_named(&row[3])));
        all += 1.0;
    }
    (right, all)
}

/// Chooses how much a mood phrase counts.
pub(crate) fn tune_moods(model: &Model<'_>, data: &Parts) -> f32 {
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
    found.0
}

fn logits(model: &Model<'_>, text: &str, weight: f32) -> Vec<f32> {
    let (answers, reading) = answers(model, text);
    let phrases = mood_phrases(text, &reading);
    answers.moods.iter().zip(phrases).map(|(answer, phrase)| answer + weight * phrase).collect()
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
        let stacked = |stack: [f32; 4]| with(&|x| x.iter().zip(&stack).map(|(a, b)| a * b).sum());
        let [full, without] = model.dense.stacks;
        println!(
            "{name}: r {:.4} (without valence {:.4}, polarity {:.4} valence {:.4} rules {:.4})",
            stacked(full),
            stacked(without),
            with(&|x| x[0]),
            with(&|x| x[1]),
            with(&|x| x[2])
        );
    }
}
