//! Faults that are planted in the published rulebook, one at a time: every number one more and one
//! less, every word by each other one of its kind, every member of a set left out and every other
//! one added, every day of a clause one earlier and one later. Each must be found.
//!
//! What the tests try is a sample. All of them, in a few minutes:
//! `cargo test --all-features --release --test rulebook_faults -- --ignored`, which compares with
//! `tests/data/rulebook_faults.txt`; with `UPDATE=1` in front it writes that.
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

#[allow(unreachable_pub, reason = "every test file uses its part")]
#[path = "support/golden.rs"]
mod golden;
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
use std::fmt::Write as _;

use cert_lifecycle::codec::rulebook::{read, write};
use cert_lifecycle::lifecycle::difference::advice;
use cert_lifecycle::model::{Channel, Day, Offset, Site, Status, Timestamp};
use cert_lifecycle::rulebook::{Edition, Field, Rulebook};
use observe::{Memory, text};
use rulebook_lines::{Entry, Token, choices, day, entries, joined, tokens, with};
use shared_out::shared_out;

/// One fault: a line of the file, and what stands there instead.
#[derive(Clone, Debug)]
struct Fault {
    entry: Entry,
    line: usize,
    instead: String,
    /// What is said of it.
    words: String,
    /// The day from which on it says otherwise.
    differs: Day,
}

/// What stands in place of a token.
fn others(
    lines: &[&str],
    entry: &Entry,
    (token, from, to): &(Token, usize, usize),
    known: &mut HashMap<(Field, String), Vec<String>>,
) -> Vec<String> {
    let line = lines[entry.value_line];
    let own = &line[*from..*to];
    match token {
        Token::Number => {
            let number: u32 = own.parse().unwrap();
            let less = number.checked_sub(1);
            std::iter::once(number + 1)
                .chain(less)
                .map(|one| one.to_string())
                .collect()
        }
        Token::Truth => vec![(own == "false").to_string()],
        Token::Word => {
            let key = line[..*from].rsplit(['{', ',', '[']).next().unwrap().trim();
            let known = known
                .entry((entry.field, key.to_owned()))
                .or_insert_with(|| choices(lines, entry.value_line, *from, *to));
            let there: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
            let is_set = line[..*from].trim_end().ends_with(['[', ',']);
            let mut all: Vec<String> = (known.iter())
                .filter(|word| *word != own && !(is_set && there.contains(&word.trim_matches('"'))))
                .cloned()
                .collect();
            if known.is_empty() {
                // Anything may stand there.
                all.push(match own.strip_prefix("\"+") {
                    Some(_) => "\"+07:00\"".to_owned(),
                    None => "\"other\"".to_owned(),
                });
            }
            all
        }
    }
}

fn faults(lines: &[&str]) -> Vec<Fault> {
    let mut known = HashMap::new();
    let mut all = Vec::new();
    for entry in entries(lines) {
        let line = lines[entry.value_line];
        let mut add = |place: usize, instead: String, words: String, differs: Day| {
            all.push(Fault {
                entry: entry.clone(),
                line: place,
                instead,
                words,
                differs,
            });
        };
        for token in tokens(line) {
            let (kind, from, to) = &token;
            let own = &line[*from..*to];
            let before = line["value = ".len()..*from].matches(['"', '=']).count();
            for other in others(lines, &entry, &token, &mut known) {
                let words = format!("{own} ({before}) is {other}");
                add(
                    entry.value_line,
                    with(line, *from, *to, &other),
                    words,
                    entry.from,
                );
            }
            // A member of a set can be missing.
            let opens = line[..*from].trim_end().ends_with(['[', ',']);
            if matches!(kind, Token::Word) && opens {
                let (mut begin, mut end) = (*from, *to);
                if line[end..].starts_with(", ") {
                    end += 2;
                } else if line[..begin].ends_with(", ") {
                    begin -= 2;
                }
                let words = format!("{own} ({before}) is missing");
                add(
                    entry.value_line,
                    with(line, begin, end, ""),
                    words,
                    entry.from,
                );
            }
        }
        for by in [-1, 1] {
            let moved = entry.from.plus_days(by);
            let differs = if by < 0 { moved } else { entry.from };
            let words = format!("from {moved}");
            add(
                entry.day_line,
                format!("from = \"{moved}\""),
                words,
                differs,
            );
        }
    }
    all
}

/// What came of a fault.
enum Came {
    /// The reader or the rulebook's constructor refuses it.
    Refused,
    /// A probe answers otherwise.
    Shown { rule: String, steps: usize },
    /// Nothing that decides reads it, for a reason.
    Equivalent(String),
    /// Nobody noticed.
    Lost,
}

struct Bench {
    book: Rulebook,
    givers: Vec<(Edition, bool)>,
    /// On which clauses begin.
    days: BTreeSet<Day>,
}

impl Bench {
    fn new(days: BTreeSet<Day>) -> Self {
        let book = Rulebook::published();
        let mut givers: Vec<(Edition, bool)> = Vec::new();
        let mut known = Vec::new();
        for point in book.points() {
            givers.push((book.edition(point.key.as_str()).unwrap(), true));
        }
        for year in 2018..=2027 {
            for site in Site::ALL {
                for channel in Channel::ALL {
                    let at = Day::new(year, 6, 1).unwrap().midnight(Offset::UTC);
                    givers.extend(book.as_of(at, site, channel).ok().map(|one| (one, true)));
                }
            }
        }
        givers.retain(|(edition, _)| {
            let new = !known.contains(&edition.digest());
            known.push(edition.digest());
            new
        });
        Self { book, givers, days }
    }

    /// On the day from which it says otherwise, and then on each on which other clauses begin: what
    /// the value is needed for may come later.
    fn try_one(&self, lines: &[&str], fault: &Fault, memory: &mut Memory) -> Came {
        let Ok(faulty) = read("faulty", &joined(lines, fault.line, &fault.instead)) else {
            return Came::Refused;
        };
        if let Some(reason) = known_equivalent(fault) {
            return Came::Equivalent(reason.to_owned());
        }
        let mut equivalent = None;
        let later = self.days.iter().filter(|day| **day > fault.differs);
        for day in std::iter::once(&fault.differs).chain(later) {
            match self.on_day(*day, &faulty, fault, memory) {
                Some(shown @ Came::Shown { .. }) => return shown,
                Some(Came::Equivalent(reason)) => equivalent = equivalent.or(Some(Some(reason))),
                Some(_) => equivalent = Some(None),
                None => {}
            }
        }
        match equivalent {
            Some(advised) => advised.map_or(Came::Lost, Came::Equivalent),
            None => Came::Equivalent("the same is in force by another clause".to_owned()),
        }
    }

    /// What it comes to on a day; nothing if no edition says otherwise.
    fn on_day(
        &self,
        day: Day,
        faulty: &Rulebook,
        fault: &Fault,
        memory: &mut Memory,
    ) -> Option<Came> {
        let at: Timestamp = day.midnight(Offset::hours(8));
        let mut came = None;
        for site in Site::ALL {
            for channel in Channel::ALL {
                let entry = &fault.entry;
                if entry.site.as_deref().is_some_and(|own| own != site.word())
                    || entry
                        .channel
                        .as_deref()
                        .is_some_and(|own| own != channel.word())
                {
                    continue;
                }
                let both = [&self.book, faulty].map(|book| book.as_of(at, site, channel).ok());
                let [Some(base), Some(other)] = both else {
                    // One has rules on that day and the other none.
                    if both.iter().any(Option::is_some) {
                        return Some(Came::Shown {
                            rule: "-".to_owned(),
                            steps: 1,
                        });
                    }
                    continue;
                };
                if text(&base, entry.field) == text(&other, entry.field) {
                    continue;
                }
                if let Some(advice) = advice(entry.field, &base, &other) {
                    came =
                        came.or_else(|| Some(Came::Equivalent(format!("advice: {}", advice.part))));
                    continue;
                }
                let found = memory.observe(&base, entry.field, &other, &self.givers, &self.book);
                if let Some(seen) = found {
                    let (rule, steps) = (seen.rule.clone(), seen.steps);
                    return Some(Came::Shown { rule, steps });
                }
                came = Some(Came::Lost);
            }
        }
        came
    }
}

/// Faults that change no answer, each with its reason.
const EQUIVALENT: &[(Field, &str, &str)] = &[
    (
        Field::Csr,
        "2048 (1) is 2047",
        "RSA keys are longer by steps of 1024 bits",
    ),
    (
        Field::Csr,
        "4096 (2) is 4097",
        "RSA keys are longer by steps of 1024 bits",
    ),
    (Field::Csr, "256 (7) is 255", "no hash has 255 bits"),
    (Field::Csr, "256 (8) is 255", "no hash has 255 bits"),
    (Field::RsaExponent, "3 (1) is 2", "an exponent is odd"),
    (
        Field::NameLimit,
        "250 (1) is 251",
        "no application with more than 250 names is read",
    ),
    (
        Field::Refund,
        "\"without\" (5) is \"any\"",
        "who bought the add-on has a longer window of his own",
    ),
    (
        Field::Refund,
        "\"without\" (43) is \"any\"",
        "who bought the add-on has a longer window of his own",
    ),
];

fn known_equivalent(fault: &Fault) -> Option<&'static str> {
    let by_v2_alone = [Status::Refunded, Status::Closed].map(|one| format!("{:?}", one.word()));
    if fault.entry.field == Field::Deletion
        && fault.entry.channel.as_deref() == Some("api-v2")
        && by_v2_alone
            .iter()
            .any(|word| fault.words.starts_with(word.as_str()))
    {
        return Some("the machine of subscription instances alone reads it (tests/v2.rs)");
    }
    if fault.entry.field == Field::DeletionOfUploaded
        && fault.entry.from == day("2018-06-07")
        && fault.words == "\"Hosted\" (2) is missing"
    {
        return Some("nobody hosted an uploaded certificate before the next clause");
    }
    let known = EQUIVALENT
        .iter()
        .find(|(field, words, _)| (*field, *words) == (fault.entry.field, fault.words.as_str()));
    known.map(|(_, _, reason)| *reason)
}

#[derive(Default)]
struct Sum {
    refused: usize,
    shown: usize,
    equivalent: usize,
    steps: Vec<usize>,
    lost: Vec<String>,
    reasons: BTreeMap<String, usize>,
}

fn named(fault: &Fault) -> String {
    let scope = |own: &Option<String>| own.clone().unwrap_or_else(|| "*".to_owned());
    let entry = &fault.entry;
    let (site, channel) = (scope(&entry.site), scope(&entry.channel));
    format!(
        "{} {} {site}/{channel}: {}",
        entry.field.word(),
        entry.from,
        fault.words
    )
}

/// Tries every so many-th fault, on as many threads as there are.
fn run(step: usize) -> (usize, Sum) {
    let text = write(&Rulebook::published());
    let lines: Vec<&str> = text.lines().collect();
    let all: Vec<Fault> = faults(&lines).into_iter().step_by(step).collect();
    let bench = Bench::new(
        entries(&lines)
            .into_iter()
            .map(|entry| entry.from)
            .collect(),
    );
    let came = shared_out((all.len(), "faults"), Memory::default, |memory, place| {
        bench.try_one(&lines, &all[place], memory)
    });
    let mut sum = Sum::default();
    for (fault, came) in all.iter().zip(came) {
        match came {
            Came::Refused => sum.refused += 1,
            Came::Shown { steps, rule } => {
                sum.shown += 1;
                sum.steps.push(steps);
                *sum.reasons.entry(format!("found by {rule}")).or_default() += 1;
            }
            Came::Equivalent(reason) => {
                sum.equivalent += 1;
                let reason = format!("equivalent, {}: {reason}", fault.entry.field.word());
                *sum.reasons.entry(reason).or_default() += 1;
            }
            Came::Lost => sum.lost.push(named(fault)),
        }
    }
    sum.steps.sort_unstable();
    sum.lost.sort_unstable();
    (all.len(), sum)
}

fn report(count: usize, sum: &Sum) -> String {
    let mut text = String::new();
    let median = sum.steps.get(sum.steps.len() / 2).copied().unwrap_or(0);
    let most = sum.steps.last().copied().unwrap_or(0);
    writeln!(text, "Faults planted in the published rulebook: {count}").unwrap();
    writeln!(
        text,
        "  refused by the reader or the constructor: {}",
        sum.refused
    )
    .unwrap();
    writeln!(text, "  shown by a story: {}", sum.shown).unwrap();
    writeln!(text, "  equivalent, for a reason: {}", sum.equivalent).unwrap();
    writeln!(text, "  lost: {}", sum.lost.len()).unwrap();
    writeln!(
        text,
        "Steps of a story, the question included: median {median}, most {most}"
    )
    .unwrap();
    for lost in &sum.lost {
        writeln!(text, "lost: {lost}").unwrap();
    }
    for (reason, count) in &sum.reasons {
        writeln!(text, "{count:5}  {reason}").unwrap();
    }
    text
}

#[test]
fn a_sample_of_the_faults_is_found() {
    let (count, sum) = run(37);
    assert!(count > 30, "{count}");
    assert_eq!(sum.lost, Vec::<String>::new());
    assert!(sum.shown > sum.equivalent, "{}", report(count, &sum));
}

/// What is asked at which instants of a story shows in what finds a fault.
#[test]
#[ignore = "for tests/mutants.sh; compares with the list; UPDATE=1 writes it"]
fn every_seventh_fault_is_found_as_before() {
    let (count, sum) = run(7);
    golden::compare("rulebook_faults_seventh.txt", &report(count, &sum));
}

#[test]
#[ignore = "tries all of them, and compares with the list; UPDATE=1 writes it"]
fn every_fault_is_found() {
    let (count, sum) = run(1);
    golden::compare("rulebook_faults.txt", &report(count, &sum));
    assert_eq!(sum.lost, Vec::<String>::new());
}
