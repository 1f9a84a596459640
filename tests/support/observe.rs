//! What a value decides: the probe that answers otherwise if it is exchanged.

use std::collections::{HashMap, HashSet};

use cert_lifecycle::lifecycle::Example;
use cert_lifecycle::lifecycle::difference::{example, premises};
use cert_lifecycle::model::Channel;
use cert_lifecycle::rulebook::{Edition, Field, Rulebook};

/// What an edition says of a kind of value.
pub fn text(edition: &Edition, field: Field) -> String {
    let lines = edition.lines();
    let line = lines.into_iter().find(|line| line.field == field);
    line.unwrap().text
}

/// How a value is observed.
pub struct Seen {
    /// The probe that answers otherwise.
    pub probe: &'static str,
    /// The rule that makes the difference.
    pub rule: String,
    /// Whose other values let it matter, if it does not in its own edition.
    pub given: Option<String>,
    /// The steps of the story, the question included.
    pub steps: usize,
}

/// What was asked before, by editions and field: many clauses of a scope meet the same edition.
#[derive(Default)]
pub struct Memory(HashMap<(String, Channel, Field, String), Option<Seen>>);

/// Reads an example, whose words must show what differs.
pub fn seen(example: &Example, given: Option<String>) -> Seen {
    let [ours, theirs] = &example.answers;
    assert_ne!(ours, theirs);
    let printed = example.to_string();
    let mut last = printed.lines().rev();
    let (after, before) = (last.next().unwrap(), last.next().unwrap());
    let answer = |line: &str| line.split_once(':').unwrap().1.trim().to_owned();
    assert_ne!(
        answer(after),
        answer(before),
        "the words hide it: {printed}"
    );
    Seen {
        probe: example.probe,
        rule: example
            .rule()
            .map_or("-".to_owned(), |rule| rule.to_string()),
        given,
        steps: example.story.len() + 1,
    }
}

/// An edition with the values of some kinds taken from another.
fn with_all(edition: &Edition, fields: &[Field], other: &Edition) -> Edition {
    fields.iter().fold(edition.clone(), |edition, field| {
        edition.with(*field, other)
    })
}

impl Memory {
    /// The probe that shows what an exchanged value does, if there is one: in this edition, or else in
    /// this edition with the values of another one that let it matter.
    pub fn observe(
        &mut self,
        base: &Edition,
        field: Field,
        other: &Edition,
        all: &[(Edition, bool)],
        book: &Rulebook,
    ) -> Option<&Seen> {
        let key = (
            base.digest().to_string(),
            base.point().channel,
            field,
            text(other, field),
        );
        self.0
            .entry(key)
            .or_insert_with(|| {
                let ceilings = book.ceilings();
                let changed = base.with(field, other);
                if let Some(found) = example(field, base, &changed, ceilings) {
                    return Some(seen(&found, None));
                }
                let needed = premises(field);
                // One of them alone, or all of them; editions that say the same are tried once.
                let all_of_them = std::iter::once(needed).filter(|set| !set.is_empty());
                let sets = needed.iter().map(std::slice::from_ref).chain(all_of_them);
                let said = |edition: &Edition, set: &[Field]| -> Vec<String> {
                    set.iter().map(|field| text(edition, *field)).collect()
                };
                sets.flat_map(|set| all.iter().map(move |giver| (set, giver)))
                    .scan(HashSet::new(), |tried, (set, giver)| {
                        tried.insert((set.len(), set[0], said(base, set)));
                        let new = tried.insert((set.len(), set[0], said(&giver.0, set)));
                        Some(new.then_some((set, giver)))
                    })
                    .flatten()
                    .find_map(|(set, (giver, published))| {
                        let ours = with_all(base, set, giver);
                        let theirs = ours.with(field, other);
                        let found = example(field, &ours, &theirs, ceilings)?;
                        let words: Vec<_> = set.iter().map(|field| field.word()).collect();
                        let words = words.join(", ");
                        let given = if *published {
                            format!("{words} of {}", giver.key())
                        } else {
                            format!("{words} that no edition has")
                        };
                        Some(seen(&found, Some(given)))
                    })
            })
            .as_ref()
    }
}
