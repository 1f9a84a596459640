//! All mutants of one file in its text, each behind its switch.
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::list::Mutant;
use crate::sites::{Offsets, Piece, Site, Sites, sites};

/// Why a mutant has no switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Without {
    /// No compiler takes it.
    Unviable,
    /// It may be viable, but not behind a switch.
    Left,
}

/// A file with its switches.
#[derive(Debug)]
pub struct Planted {
    /// The text.
    pub text: String,
    /// What has no switch.
    pub without: Vec<(u32, Without)>,
    marks: Vec<Mark>,
    /// Where pieces of the source begin in the text, with where they were.
    copied: Vec<(usize, usize)>,
}

/// A mutant in the text.
#[derive(Debug)]
struct Mark {
    id: u32,
    /// The changed expression, in the text.
    changed: Range<usize>,
    /// The call that asks the switch, in the text.
    switch: Range<usize>,
    /// What is behind the switch, in the source.
    whole: Piece,
}

impl Planted {
    /// The mutants whose changed expression is at a place that an error names besides.
    pub fn beside(&self, at: usize) -> Option<u32> {
        let mark = self.marks.iter().find(|mark| mark.changed.contains(&at));
        mark.map(|mark| mark.id)
    }

    /// The first arm with a switch behind a place, as it stands behind what is matched.
    pub fn behind(&self, at: usize) -> Option<u32> {
        let arms = self.marks.iter().filter(|mark| mark.changed.is_empty());
        let behind = arms.filter(|mark| mark.switch.start > at);
        behind
            .min_by_key(|mark| mark.switch.start)
            .map(|mark| mark.id)
    }

    /// The mutants that an error at a place of the text speaks of, and what it says of them.
    pub fn blamed(&self, at: usize) -> Vec<(u32, Without)> {
        for mark in &self.marks {
            if mark.changed.contains(&at) {
                return vec![(mark.id, Without::Unviable)];
            }
            if mark.switch.contains(&at) {
                return vec![(mark.id, Without::Left)];
            }
        }
        // It is in what was there before: the switch around it is to blame.
        let known = self.copied.iter().rev().find(|(text, _)| *text <= at);
        let at = known.map_or(0, |(text, source)| source + (at - text));
        let around = || self.marks.iter().filter(|mark| mark.whole.contains(&at));
        let Some(least) = around().map(|mark| mark.whole.len()).min() else {
            return Vec::new();
        };
        let least = around().filter(|mark| mark.whole.len() == least);
        least.map(|mark| (mark.id, Without::Left)).collect()
    }
}

/// A switch: the mutant, what stands before and behind its changed expression.
struct Branch {
    id: u32,
    changed: String,
}

/// What is added to a file.
#[derive(Default)]
struct Additions {
    /// Expressions that get branches; `prefix` goes before all of it.
    wraps: BTreeMap<(usize, std::cmp::Reverse<usize>), (String, Vec<Branch>)>,
    /// Bodies that get returns at their beginning.
    bodies: BTreeMap<usize, (Piece, Vec<Branch>)>,
    /// Patterns that get a condition, where they end.
    arms: BTreeMap<usize, (Piece, u32)>,
    /// Iterators that end at once.
    cut: BTreeMap<(usize, std::cmp::Reverse<usize>), u32>,
    /// Words that are taken out.
    out: BTreeMap<usize, Piece>,
}

/// Plants what can be planted. `constant` are the functions that must stay `const`; `dropped` are
/// mutants that were found to have no switch.
///
/// # Errors
/// If the file is no Rust.
pub fn plant(
    source: &str,
    mutants: &[&Mutant],
    dropped: &HashSet<u32>,
    constant: &HashSet<String>,
) -> syn::Result<Planted> {
    let found = sites(source)?;
    let offsets = Offsets::new(source);
    let mut additions = Additions::default();
    let mut without = Vec::new();
    for mutant in mutants {
        if dropped.contains(&mutant.id) {
            continue;
        }
        let at = offsets.at(mutant.start);
        let function = found.function(at);
        let kept = |name: &str| constant.contains(name);
        if function.is_some_and(|one| one.constant.is_some() && kept(&one.name)) {
            without.push((mutant.id, Without::Left));
            continue;
        }
        match add(&mut additions, source, &found, mutant, at) {
            Ok(()) => {
                if let Some(word) = function.and_then(|one| one.constant.clone()) {
                    additions.out.insert(word.start, word);
                }
            }
            Err(why) => without.push((mutant.id, why)),
        }
    }
    let (text, marks, copied) = write(source, additions);
    Ok(Planted {
        text,
        without,
        marks,
        copied,
    })
}

fn add(
    to: &mut Additions,
    source: &str,
    found: &Sites,
    mutant: &Mutant,
    at: usize,
) -> Result<(), Without> {
    let mut wrap = |whole: &Piece, prefix: &str, changed: String| {
        let key = (whole.start, std::cmp::Reverse(whole.end));
        let entry = to.wraps.entry(key).or_default();
        if !prefix.is_empty() {
            prefix.clone_into(&mut entry.0);
        }
        let id = mutant.id;
        entry.1.push(Branch { id, changed });
        Ok(())
    };
    if mutant.genre == "FnValue" {
        let function = found.function(at).ok_or(Without::Left)?;
        if !function.opaque {
            let changed = mutant.replacement.clone();
            let body = to.bodies.entry(function.body.start);
            let (_, branches) = body.or_insert_with(|| (function.body.clone(), Vec::new()));
            let id = mutant.id;
            branches.push(Branch { id, changed });
            return Ok(());
        }
        let tail = function.tail.clone().ok_or(Without::Left)?;
        if mutant.replacement != "::std::iter::empty()" {
            return Err(Without::Left);
        }
        let key = (tail.start, std::cmp::Reverse(tail.end));
        to.cut.insert(key, mutant.id);
        return Ok(());
    }
    let here = found.at.get(&at).map_or(&[][..], Vec::as_slice);
    for site in here {
        match (mutant.genre.as_str(), site) {
            ("BinaryOperator", Site::Binary { chain: true, .. }) => return Err(Without::Unviable),
            (
                "BinaryOperator",
                Site::Binary {
                    whole, left, right, ..
                },
            ) => {
                let (left, right) = (&source[left.clone()], &source[right.clone()]);
                let changed = format!("({left}) {} ({right})", mutant.replacement);
                // What is assigned to is no value.
                let changed = if mutant.replacement.ends_with('=')
                    && !["==", "!=", "<=", ">="].contains(&mutant.replacement.as_str())
                {
                    format!("{left} {} {right}", mutant.replacement)
                } else {
                    changed
                };
                return wrap(whole, "", changed);
            }
            ("UnaryOperator", Site::Unary { whole, operand }) => {
                return wrap(whole, "", source[operand.clone()].to_owned());
            }
            ("MatchArmGuard", Site::Guard { binds: true, .. }) => return Err(Without::Left),
            ("MatchArmGuard", Site::Guard { whole, .. }) => {
                return wrap(whole, "", mutant.replacement.clone());
            }
            (
                "MatchArm",
                Site::Arm {
                    guard: Some((_, true)),
                    ..
                },
            ) => return Err(Without::Left),
            (
                "MatchArm",
                Site::Arm {
                    guard: Some((guard, false)),
                    ..
                },
            ) => {
                return wrap(guard, "", "false".to_owned());
            }
            (
                "MatchArm",
                Site::Arm {
                    pattern,
                    guard: None,
                },
            ) => {
                to.arms.insert(pattern.end, (pattern.clone(), mutant.id));
                return Ok(());
            }
            (
                "StructField",
                Site::Field {
                    value,
                    name,
                    shorthand,
                    base,
                },
            ) => {
                let changed = format!("({}).{name}", &source[base.clone()]);
                let prefix = if *shorthand {
                    format!("{name}: ")
                } else {
                    String::new()
                };
                return wrap(value, &prefix, changed);
            }
            _ => {}
        }
    }
    Err(Without::Left)
}

/// A piece of what is written: text, or a mutant's switch and change.
enum Part {
    Text(String),
    Switch(u32, Piece),
    Changed(u32, String),
}

type Written = (String, Vec<Mark>, Vec<(usize, usize)>);

/// Puts additions and source together. What ends at a place goes before what begins there; of two
/// that begin at one place the longer goes first, and of two that end there, last.
fn write(source: &str, additions: Additions) -> Written {
    // Place, then whether it begins, then length so that the order is as said.
    let mut inserted: BTreeMap<(usize, bool, i64), Vec<Part>> = BTreeMap::new();
    let length = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let text = |text: &str| Part::Text(text.to_owned());
    for ((start, std::cmp::Reverse(end)), (prefix, branches)) in additions.wraps {
        let mut parts = vec![Part::Text(format!("{prefix}("))];
        for Branch { id, changed } in branches {
            parts.extend([text("if "), Part::Switch(id, start..end), text(" { ")]);
            parts.extend([Part::Changed(id, changed), text(" } else ")]);
        }
        parts.push(text("{ "));
        inserted.insert((start, true, -length(end - start) * 2), parts);
        inserted.insert((end, false, length(end - start) * 2), vec![text(" })")]);
    }
    for ((start, std::cmp::Reverse(end)), id) in additions.cut {
        inserted.insert((start, true, -length(end - start) * 2 - 1), vec![text("(")]);
        let parts = vec![
            text(").take(if "),
            Part::Switch(id, start..end),
            text(" { 0 } else { usize::MAX })"),
        ];
        inserted.insert((end, false, length(end - start) * 2 + 1), parts);
    }
    for (start, (body, branches)) in additions.bodies {
        let mut parts = Vec::new();
        for Branch { id, changed } in branches {
            parts.extend([text(" if "), Part::Switch(id, body.clone())]);
            parts.extend([text(" { return "), Part::Changed(id, changed), text("; }")]);
        }
        inserted.insert((start, false, i64::MAX), parts);
    }
    for (end, (pattern, id)) in additions.arms {
        let parts = vec![text(" if !"), Part::Switch(id, pattern)];
        inserted.insert((end, false, i64::MAX), parts);
    }
    let mut out = String::new();
    let mut marks: BTreeMap<u32, Mark> = BTreeMap::new();
    let mut copied = Vec::new();
    let mut at = 0;
    let mut cuts = additions.out.into_values().peekable();
    let mut copy = |out: &mut String, from: usize, to: usize| {
        copied.push((out.len(), from));
        let mut from = from;
        while let Some(word) = cuts.next_if(|word| word.start < to) {
            out.push_str(&source[from..word.start]);
            // As long as it was, so that places stay.
            out.extend(std::iter::repeat_n(' ', word.len()));
            from = word.end;
        }
        out.push_str(&source[from..to]);
    };
    for ((place, _, _), parts) in inserted {
        copy(&mut out, at, place);
        at = place;
        for part in parts {
            let from = out.len();
            match part {
                Part::Text(text) => out.push_str(&text),
                Part::Switch(id, whole) => {
                    out.push_str(&format!("crate::planted::is({id})"));
                    let switch = from..out.len();
                    let mark = Mark {
                        id,
                        changed: 0..0,
                        switch,
                        whole,
                    };
                    marks.insert(id, mark);
                }
                Part::Changed(id, changed) => {
                    out.push_str(&changed);
                    if let Some(mark) = marks.get_mut(&id) {
                        mark.changed = from..out.len();
                    }
                }
            }
        }
    }
    copy(&mut out, at, source.len());
    (out, marks.into_values().collect(), copied)
}
