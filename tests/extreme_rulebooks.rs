//! Rulebooks that nobody published: each kind of value at its extremes, alone and several together.
//! Whatever somebody writes into a file, refusals explain themselves with a way out that is open, and
//! a right exists inside its window alone.
//!
//! What the tests try is a sample. All of them, with a further few thousand mixed ones:
//! `cargo test --all-features --release --test extreme_rulebooks -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    missing_docs,
    reason = "tests stop on the first surprise, and a long one shows how far it came"
)]

#[allow(unreachable_pub, dead_code, reason = "every test file uses its part")]
#[path = "support/observe.rs"]
mod observe;
#[allow(unreachable_pub, dead_code, reason = "every test file uses its part")]
#[path = "support/rulebook_lines.rs"]
mod rulebook_lines;
#[allow(unreachable_pub, reason = "every test file uses its part")]
#[path = "support/shared_out.rs"]
mod shared_out;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::ops::Range;

use cert_lifecycle::codec::rulebook::{read, write};
use cert_lifecycle::model::{Channel, EditionKey};
use cert_lifecycle::rulebook::{Edition, Field, Rulebook};
use cert_lifecycle::testing::laws::{self, Config};
use observe::text;
use rulebook_lines::{Token, choices, entries, joined, tokens, with};
use shared_out::shared_out;

/// Numbers at which something begins, ends or no longer fits.
const NUMBERS: &[&str] = &["0", "1", "2", "365", "65535", "4294967295"];

/// A list in a line.
struct List {
    /// From bracket to bracket.
    whole: Range<usize>,
    members: Vec<Range<usize>>,
    /// The braces that are open in its last member.
    braces: u32,
}

/// The lists of a line, the inner ones before the outer.
fn lists(line: &str) -> Vec<List> {
    let (mut open, mut all): (Vec<List>, Vec<List>) = (Vec::new(), Vec::new());
    let mut quoted = false;
    for (at, byte) in line.bytes().enumerate() {
        quoted ^= byte == b'"';
        match (byte, open.last_mut()) {
            _ if quoted => {}
            (b'[', _) => open.push(List {
                whole: at..at,
                members: std::iter::once(at + 1..at + 1).collect(),
                braces: 0,
            }),
            (b']', Some(_)) => {
                let mut list = open.pop().unwrap();
                list.whole.end = at + 1;
                list.members.last_mut().unwrap().end = at;
                list.members
                    .retain(|one| !line[one.clone()].trim().is_empty());
                all.push(list);
            }
            (b'{', Some(list)) => list.braces += 1,
            (b'}', Some(list)) => list.braces -= 1,
            (b',', Some(list)) if list.braces == 0 => {
                list.members.last_mut().unwrap().end = at;
                list.members.push(at + 1..at + 1);
            }
            _ => {}
        }
    }
    all
}

/// What may stand there instead: every number at its extremes, every word another, each list empty,
/// with one member alone, and the other way round.
fn extremes(lines: &[&str], place: usize) -> Vec<String> {
    let line = lines[place];
    let mut all = Vec::new();
    for (token, from, to) in tokens(line) {
        let instead: Vec<String> = match token {
            Token::Number => NUMBERS.iter().map(|&one| one.to_owned()).collect(),
            Token::Truth => vec!["true".to_owned(), "false".to_owned()],
            Token::Word => choices(lines, place, from, to),
        };
        all.extend(instead.iter().map(|other| with(line, from, to, other)));
    }
    for List { whole, members, .. } in lists(line) {
        let members: Vec<&str> = (members.into_iter()).map(|one| line[one].trim()).collect();
        let reversed: Vec<&str> = members.iter().rev().copied().collect();
        all.push(with(line, whole.start, whole.end, "[]"));
        for some in members
            .iter()
            .copied()
            .chain([reversed.join(", ").as_str()])
        {
            all.push(with(line, whole.start, whole.end, &format!("[{some}]")));
        }
    }
    all.retain(|other| other != line);
    all
}

/// Editions of which one value is extreme, by the value's kind and words.
type Extreme = BTreeMap<Field, Vec<Edition>>;

/// Under which orders are lived.
fn bases() -> Vec<Edition> {
    let book = Rulebook::published();
    let points = book.points().iter();
    let orders = points.filter(|point| point.channel != Channel::ApiV2);
    orders
        .map(|point| book.edition(point.key.as_str()).unwrap())
        .collect()
}

/// Every so many-th extreme that the reader takes and that a named edition shows.
fn all_extremes(step: usize) -> Extreme {
    let bases = bases();
    let file = write(&Rulebook::published());
    let lines: Vec<&str> = file.lines().collect();
    // The same value stands in many clauses, and the same extreme is one of many values.
    let (mut values, mut written) = (BTreeSet::new(), BTreeSet::new());
    let mut wanted = Vec::new();
    for entry in entries(&lines) {
        if values.insert((entry.field, lines[entry.value_line])) {
            let others = extremes(&lines, entry.value_line).into_iter();
            let new = others.filter(|other| written.insert((entry.field, other.clone())));
            wanted.extend(new.map(|other| (entry.field, entry.value_line, other)));
        }
    }
    let mut all = Extreme::new();
    let mut shown: BTreeSet<(Field, String)> = BTreeSet::new();
    for (field, line, instead) in wanted.into_iter().step_by(step) {
        let Ok(book) = read("extreme", &joined(&lines, line, &instead)) else {
            continue;
        };
        for base in &bases {
            let Ok(edition) = book.edition(base.key().as_str()) else {
                continue;
            };
            let words = text(&edition, field);
            if words != text(base, field) && shown.insert((field, words)) {
                all.entry(field).or_default().push(edition);
            }
        }
    }
    all
}

/// An edition that somebody could have written: which, and what is extreme in it.
struct Written {
    base: EditionKey,
    changed: Vec<Field>,
    edition: Edition,
}

impl Written {
    fn new(base: &Edition, extreme: &[(Field, &Edition)]) -> Self {
        let edition = extreme
            .iter()
            .fold(base.clone(), |edition, (field, other)| {
                edition.with(*field, other)
            });
        Self {
            base: base.key(),
            changed: extreme.iter().map(|(field, _)| *field).collect(),
            edition,
        }
    }

    /// What breaks a law under it.
    fn broken(&self, seed: u64, cases: u32) -> Vec<String> {
        let config = Config::default()
            .editions(vec![self.edition.clone()])
            .cases(cases)
            .seed(seed)
            .threads(NonZeroUsize::MIN);
        let report = laws::check(&Rulebook::published(), &config);
        let changed: Vec<String> = (self.changed.iter())
            .map(|&field| format!("{} = {}", field.word(), text(&self.edition, field)))
            .collect();
        let told = |violation| format!("{}, {}:\n{violation}", self.base, changed.join("; "));
        report.violations.iter().map(told).collect()
    }
}

/// Holds the laws under all of them.
fn hold(all: &[Written], cases: u32) {
    let broken = shared_out(
        (all.len(), "rulebooks"),
        || (),
        |(), place| all[place].broken(place as u64, cases),
    );
    let broken: Vec<String> = broken.into_iter().flatten().collect();
    let first: Vec<&str> = broken.iter().take(12).map(String::as_str).collect();
    assert!(
        broken.is_empty(),
        "{} of {} break a law:\n{}",
        broken.len(),
        all.len(),
        first.join("\n\n")
    );
}

/// Each extreme by itself, in every so many-th of the editions in turn.
fn alone(extremes: &Extreme) -> Vec<Written> {
    let bases = bases();
    let each = extremes
        .iter()
        .flat_map(|(field, all)| all.iter().map(|one| (*field, one)));
    let mut all = Vec::new();
    for (place, (field, other)) in each.enumerate() {
        // Where it comes from, and in an edition that had nothing to do with it.
        let own = bases.iter().find(|base| base.key() == other.key());
        let another = bases.iter().cycle().nth(place);
        let both = own.into_iter().chain(another);
        all.extend(both.map(|base| Written::new(base, &[(field, other)])));
    }
    all
}

/// Several together: which, follows from the number.
fn mixed(extremes: &Extreme, count: u64) -> Vec<Written> {
    let bases = bases();
    let fields: Vec<Field> = extremes.keys().copied().collect();
    let mut state = 20_200_407_u64;
    let mut draw = |of: usize| {
        // Knuth's linear generator; its upper half is even enough.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % of
    };
    (0..count)
        .map(|_| {
            let mut chosen: HashMap<Field, &Edition> = HashMap::new();
            for _ in 0..2 + draw(6) {
                let field = fields[draw(fields.len())];
                let others = &extremes[&field];
                chosen.insert(field, &others[draw(others.len())]);
            }
            let mut chosen: Vec<_> = chosen.into_iter().collect();
            chosen.sort_by_key(|(field, _)| *field);
            Written::new(&bases[draw(bases.len())], &chosen)
        })
        .collect()
}

#[test]
fn a_sample_of_extreme_rulebooks_keeps_the_laws() {
    let extremes = all_extremes(41);
    let mut all = alone(&extremes);
    assert!(all.len() > 10, "{}", all.len());
    all.extend(mixed(&extremes, 10));
    hold(&all, 1);
}

#[test]
#[ignore = "holds the laws under all of them and a few thousand mixed ones"]
fn every_extreme_rulebook_keeps_the_laws() {
    let extremes = all_extremes(1);
    let kinds = extremes.len();
    let mut all = alone(&extremes);
    eprintln!("{} rulebooks with one extreme, of {kinds} kinds", all.len());
    all.extend(mixed(&extremes, 3000));
    hold(&all, 3);
}
