//! Where the sources name a rule: read from the files, item by item.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cert_lifecycle::rulebook::RuleId;

/// The source files below a folder of the package, with their paths from there.
fn files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = vec![root.join(folder)];
    let mut all = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                all.push((name.replace('\\', "/"), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

/// Where a rule stands in the code: file, and the functions that name it; none where only a comment
/// does.
pub type Places = BTreeMap<String, BTreeSet<String>>;

/// The places of every rule.
pub fn code() -> BTreeMap<RuleId, Places> {
    let mut all: BTreeMap<RuleId, Places> = BTreeMap::new();
    for (name, text) in files("src") {
        // The list itself, what no decision depends on, and the manual.
        let apart = [
            "src/rulebook/rule.rs",
            "src/rulebook/contradiction.rs",
            "src/bin/",
            "src/manual/",
        ];
        if apart.iter().any(|one| name.starts_with(one)) {
            continue;
        }
        let mut function = String::new();
        for line in text.lines() {
            let code = line.trim_start();
            if code.starts_with("mod tests") {
                break;
            }
            let comment = code.starts_with("//");
            if let (false, Some(named)) = (comment, function_of(code)) {
                function = named;
            }
            for rule in named(line, comment) {
                let places = all.entry(rule).or_default();
                let functions = places.entry(name.clone()).or_default();
                if !comment && !function.is_empty() {
                    functions.insert(function.clone());
                }
            }
        }
    }
    all
}

/// The name of the function that begins in a line.
fn function_of(code: &str) -> Option<String> {
    let (before, after) = code.split_once("fn ")?;
    let words = [
        "pub", "const", "async", "unsafe", "(crate)", "(super)", "(in", "crate::",
    ];
    let begins = before
        .split_whitespace()
        .all(|word| words.iter().any(|one| word.starts_with(one)));
    let name: String = after
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (begins && !name.is_empty()).then_some(name)
}

/// The rules that a line names: `R-27` in a comment, or `RuleId::R27` in code.
fn named(line: &str, comment: bool) -> Vec<RuleId> {
    let mut all = Vec::new();
    for (place, _) in line.match_indices(['R', 'T', 'K', 'V']) {
        let before = line[..place].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            continue;
        }
        let series = line.as_bytes()[place];
        let rest = &line[place + 1..];
        let as_word = rest.strip_prefix('-').filter(|_| comment);
        let as_name = line[..place].ends_with("RuleId::").then_some(rest);
        let Some(digits) = as_word.or(as_name) else {
            continue;
        };
        let number: String = digits.chars().take_while(char::is_ascii_digit).collect();
        if number.len() == 2 {
            all.push(RuleId::new(series, number.parse().unwrap()));
        }
    }
    all
}

/// The tests that carry the number of a rule, with their files.
pub fn tests() -> BTreeMap<RuleId, BTreeSet<String>> {
    let mut all: BTreeMap<RuleId, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in files("tests").into_iter().chain(files("src")) {
        for line in text.lines() {
            let Some(function) = function_of(line.trim_start()) else {
                continue;
            };
            for rule in of_test(&function) {
                let shown = format!("`{function}` in {name}");
                all.entry(rule).or_default().insert(shown);
            }
        }
    }
    all
}

/// The tests that name a rule in their words or in what they expect, with their files: of rules whose
/// number no test carries in its name.
pub fn naming_tests() -> BTreeMap<RuleId, BTreeSet<String>> {
    let mut all: BTreeMap<RuleId, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in files("tests").into_iter().chain(files("src")) {
        // The words above a test are its own.
        let (mut above, mut within, mut ahead) = (Vec::new(), None::<String>, false);
        for line in text.lines() {
            let code = line.trim_start();
            let comment = code.starts_with("//");
            let found = named(line, comment);
            if code == "#[test]" {
                ahead = true;
            } else if comment && line.starts_with("///") {
                above.extend(found);
            } else if let Some(function) = function_of(code).filter(|_| !comment) {
                within = ahead.then_some(function);
                ahead = false;
                for rule in above.drain(..) {
                    insert(&mut all, rule, within.as_deref(), &name);
                }
            } else {
                for rule in found {
                    insert(&mut all, rule, within.as_deref(), &name);
                }
                if line == "}" {
                    within = None;
                    above.clear();
                }
            }
        }
    }
    all
}

fn insert(
    all: &mut BTreeMap<RuleId, BTreeSet<String>>,
    rule: RuleId,
    test: Option<&str>,
    file: &str,
) {
    if let Some(test) = test {
        let shown = format!("`{test}` in {file}");
        all.entry(rule).or_default().insert(shown);
    }
}

/// The rules of a test's name: `r27_...`, `r27_r29_...` or `k13_to_k16_...`.
fn of_test(name: &str) -> Vec<RuleId> {
    let mut all: Vec<(u8, u16)> = Vec::new();
    let mut up_to = false;
    for word in name.split('_') {
        match rule(word) {
            Some((series, last)) if up_to => {
                let first = all.last().map_or(last, |(_, first)| first + 1);
                all.extend((first..=last).map(|number| (series, number)));
            }
            Some(one) => all.push(one),
            None if word == "to" && !all.is_empty() => {
                up_to = true;
                continue;
            }
            None => break,
        }
        up_to = false;
    }
    all.into_iter()
        .map(|(series, number)| RuleId::new(series, number))
        .collect()
}

/// A rule as a word of a name: `r27`.
fn rule(word: &str) -> Option<(u8, u16)> {
    let (series, number) = word.split_at_checked(1)?;
    let series = series.to_ascii_uppercase();
    let known = matches!(series.as_str(), "R" | "T" | "K" | "V") && number.len() == 2;
    let number = number.parse().ok().filter(|_| known)?;
    Some((series.as_bytes()[0], number))
}
